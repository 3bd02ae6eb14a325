// One person's chat client: conversations, messages, composer, modals.
import { h, openMenu } from "./dom.js";
import { renderBlocks, renderText } from "./blocks.js";
import { Modal } from "./modal.js";
import { words } from "./words.js";

export class Client {
  constructor(me, send, firstDraft) {
    this.me = me;
    this.sendAct = send;
    this.room = null;
    this.tab = "messages";
    this.drafts = new Map();
    this.confirming = false;
    this.firstDraft = firstDraft;
    this.known = new Map();
    this.rooms = h("nav", { class: "rooms" });
    this.head = h("header", { class: "room-head" });
    this.list = h("div", { class: "messages", role: "log", tabindex: "0" });
    this.homeTab = h("div", { class: "messages home", hidden: true });
    this.composer = this.buildComposer();
    this.toast = h("p", { class: "toast", role: "status" });
    this.veil = h("div", { class: "veil", hidden: true });
    this.inside = h("div", { class: "client-body" }, this.rooms, h("div", { class: "room" }, this.head, this.list, this.homeTab, this.composer));
    this.bar = h("header", { class: "client-bar" });
    this.node = h("section", { class: "client", id: `client-${me}` }, this.bar, h("div", { class: "client-stage" }, this.inside, this.veil, this.toast));
    this.modal = new Modal(this.veil, this);
  }

  get person() {
    return this.facts.people[this.me];
  }

  show(facts) {
    this.facts = facts;
    this.mine = facts.clients[this.me];
    this.room ??= this.mine.conversations[0].id;
    if (!this.bar.hasChildNodes()) {
      this.bar.append(avatar(this.person.real_name, this.me), h("h2", {}, this.person.real_name));
      this.node.setAttribute("aria-label", words.windowOf(this.person.real_name));
      this.rooms.setAttribute("aria-label", words.conversationsOf(this.person.real_name));
    }
    this.showRooms();
    this.showRoom();
    this.modal.show(this.mine.views);
    this.inside.inert = this.mine.views.length > 0 || this.confirming;
  }

  get conversation() {
    return this.mine.conversations.find((c) => c.id === this.room);
  }

  nameOf(conversation) {
    return conversation.kind === "channel" ? `#${conversation.name}` : conversation.name;
  }

  showRooms() {
    const spelled = JSON.stringify([this.mine.conversations, this.room]);
    if (spelled === this.roomsShown) return;
    this.roomsShown = spelled;
    const focused = this.rooms.contains(document.activeElement) && document.activeElement.dataset.room;
    const groups = ["channel", "person", "app"].map((kind) => {
      const inside = this.mine.conversations.filter((c) => c.kind === kind);
      return inside.length ? [h("h3", {}, words.rooms[kind]), inside.map((c) => this.roomButton(c))] : [];
    });
    this.rooms.replaceChildren(...groups.flat(3));
    if (focused) this.rooms.querySelector(`[data-room="${focused}"]`)?.focus();
  }

  roomButton(conversation) {
    const here = conversation.id === this.room;
    const unread = here ? 0 : conversation.unread;
    return h(
      "button",
      { type: "button", class: unread ? "unread" : "", "data-room": conversation.id, "aria-current": here ? "page" : undefined, onclick: () => this.open(conversation.id) },
      h("span", { class: "sign", "aria-hidden": "true" }, { channel: "#", person: "@", app: "▣" }[conversation.kind]),
      h("span", { class: "name" }, conversation.name),
      unread > 0 && h("span", { class: "count", "aria-label": words.unread(unread) }, String(unread)),
    );
  }

  open(room) {
    this.drafts.set(this.room, this.field.value);
    this.room = room;
    this.tab = "messages";
    this.known.clear();
    this.list.replaceChildren();
    this.headShown = null;
    this.show(this.facts);
  }

  openKind(kind) {
    const found = this.mine.conversations.find((c) => c.kind === kind);
    if (found) this.open(found.id);
    this.list.focus({ preventScroll: true });
  }

  showRoom() {
    const conversation = this.conversation;
    this.showHead(conversation);
    this.showMessages(conversation);
    this.showHome();
    if (conversation.unread && this.visible) this.act("read", { channel: this.room });
  }

  get visible() {
    return this.node.offsetParent !== null && document.visibilityState === "visible";
  }

  showHead(conversation) {
    const spelled = `${this.room} ${this.tab}`;
    if (spelled === this.headShown) return;
    this.headShown = spelled;
    const tab = (name, label) =>
      h("button", { type: "button", role: "tab", "aria-selected": String(this.tab === name), onclick: () => this.openTab(name) }, label);
    const tabs = conversation.kind === "app" && this.facts.has_home && h("div", { class: "room-tabs", role: "tablist" }, tab("home", words.home), tab("messages", words.messages));
    this.head.replaceChildren(h("h3", {}, this.nameOf(conversation)), tabs || "");
    this.list.setAttribute("aria-label", words.messagesIn(this.nameOf(conversation)));
    const readOnly = conversation.kind === "app" && this.facts.messages_read_only;
    this.composer.classList.toggle("read-only", readOnly);
    this.field.hidden = this.sendButton.hidden = readOnly;
    this.note.hidden = !readOnly;
    this.field.placeholder = words.placeholder(this.nameOf(conversation));
    this.field.setAttribute("aria-label", words.placeholder(this.nameOf(conversation)));
    this.field.value = this.drafts.get(this.room) ?? this.firstDraft(conversation);
  }

  openTab(name) {
    this.tab = name;
    if (name === "home") this.act("home", {});
    this.show(this.facts);
  }

  showHome() {
    const open = this.tab === "home";
    this.list.hidden = open;
    this.homeTab.hidden = !open;
    if (!open || this.homeShown === (this.mine.home?.hash ?? "none")) return;
    const home = this.mine.home;
    this.homeShown = home?.hash ?? "none";
    this.homeTab.replaceChildren(...(home ? renderBlocks(home.blocks, this.modal.world(home)) : [h("p", { class: "empty" }, words.homeEmpty)]));
  }

  showMessages(conversation) {
    const messages = this.mine.messages[this.room];
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 48;
    const live = new Set(messages.map((m) => m.ts));
    for (const [ts, { node }] of this.known) if (!live.has(ts)) (node.remove(), this.known.delete(ts));
    this.list.querySelector(".empty")?.remove();
    let fresh = false;
    for (const message of messages) {
      const spelled = JSON.stringify(message);
      const known = this.known.get(message.ts);
      if (known?.spelled === spelled) continue;
      const node = this.messageNode(message);
      known ? known.node.replaceWith(node) : this.list.append(node);
      this.known.set(message.ts, { spelled, node });
      fresh = true;
    }
    if (!messages.length) this.list.append(h("p", { class: "empty" }, conversation.kind === "app" ? words.emptyApp : words.empty));
    if (fresh && atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  messageNode(message) {
    const author = this.facts.people[message.user];
    const name = author?.real_name ?? words.system;
    const at = new Date(Number(message.ts) * 1000);
    const world = this.messageWorld(message);
    const content = message.blocks.length ? renderBlocks(message.blocks, world) : renderText(message.text, this.facts);
    const more = h("button", { class: "more", type: "button", "aria-label": words.more, "aria-haspopup": "menu", onclick: (event) => this.openMore(event.currentTarget, message) }, words.moreShort);
    return h(
      "article",
      { class: message.only_you ? "message only-you" : "message", "data-ts": message.ts },
      avatar(name, author?.is_bot ? "app" : message.user),
      h(
        "div",
        { class: "message-body" },
        message.only_you && h("p", { class: "whisper" }, words.onlyYou),
        h("p", { class: "by" }, h("b", {}, name), author?.is_bot && h("span", { class: "badge" }, words.app), h("time", { datetime: at.toISOString() }, at.toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" })), message.edited && h("span", { class: "soft" }, words.edited)),
        content,
      ),
      more,
    );
  }

  messageWorld(message) {
    const where = { channel: this.room, ts: message.ts };
    const held = new Map();
    const key = (block, element) => `${block.block_id} ${element.action_id}`;
    return {
      facts: this.facts,
      conversations: this.mine.conversations,
      held: (block, element) => held.get(key(block, element)) ?? element.initial_option?.value ?? element.initial_options?.map((o) => o.value) ?? null,
      hold: (block, element, value) => held.set(key(block, element), value),
      press: (block, element, option, button) => this.press(where, block, element, option, button),
      choose: (block, element, value) => this.act("choose", { ...where, block_id: block.block_id, action_id: element.action_id, value }),
      suggest: async () => [],
    };
  }

  openMore(button, message) {
    const where = { channel: this.room, ts: message.ts };
    const shortcuts = message.only_you ? [] : this.facts.shortcuts.filter((s) => s.kind === "message");
    const items = shortcuts.map((s) => ({ label: s.name, act: () => this.act("shortcut", { ...where, callback_id: s.callback_id }) }));
    if (message.only_you) items.push({ label: words.dismiss, act: () => this.act("delete", { ...where, only_you: true }) });
    else if (message.user === this.me) items.push({ label: words.deleteMessage, danger: true, act: () => this.act("delete", where) });
    openMenu(button, items);
  }

  // A button was pressed: ask first where the app wants that, then tell it.
  async press(where, block, element, option, button) {
    if (element.confirm && !(await this.confirm(element.confirm))) return;
    if (button) button.ariaBusy = "true";
    await this.act("click", { ...where, block_id: block.block_id, action_id: element.action_id, option });
    if (button) button.ariaBusy = "false";
  }

  confirm(asked) {
    return new Promise((answer) => {
      const before = document.activeElement;
      const end = (yes) => {
        this.confirming = this.veil.inert = false;
        this.inside.inert = this.mine.views.length > 0;
        layer.remove();
        before?.focus();
        answer(yes);
      };
      const yes = h("button", { class: `button ${asked.style ?? "primary"}`, type: "button", onclick: () => end(true) }, asked.confirm.text);
      const no = h("button", { class: "button", type: "button", onclick: () => end(false) }, asked.deny.text);
      const box = h("div", { class: "modal small", role: "alertdialog", "aria-modal": "true", "aria-label": asked.title.text }, h("header", {}, h("h3", {}, asked.title.text)), h("div", { class: "modal-body" }, renderText(asked.text.text, this.facts)), h("footer", {}, no, yes));
      const layer = h("div", { class: "veil", onkeydown: (event) => event.key === "Escape" && (event.stopPropagation(), end(false)) }, box);
      this.confirming = this.veil.inert = this.inside.inert = true;
      this.veil.after(layer);
      no.focus();
    });
  }

  // Where the keyboard goes when a modal has closed.
  focusBack() {
    this.inside.inert = false;
    (this.field.hidden ? this.list : this.field).focus({ preventScroll: true });
  }

  buildComposer() {
    this.field = h("textarea", { rows: 1 });
    this.sendButton = h("button", { class: "button primary", type: "submit" }, words.send);
    this.note = h("p", { class: "soft", hidden: true }, words.readOnly);
    const shortcuts = h("button", { class: "button", type: "button", "aria-label": words.shortcuts, title: words.shortcuts, "aria-haspopup": "menu", onclick: (event) => this.openShortcuts(event.currentTarget) }, words.shortcutsShort);
    const form = h("form", { class: "composer", onsubmit: (event) => (event.preventDefault(), this.say()) }, shortcuts, this.field, this.note, this.sendButton);
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.say();
    });
    return form;
  }

  openShortcuts(button) {
    const all = this.facts.shortcuts.filter((s) => s.kind === "global");
    openMenu(button, all.map((s) => ({ label: s.name, act: () => this.act("shortcut", { callback_id: s.callback_id }) })));
  }

  async say() {
    const text = this.field.value;
    if (!text.trim() || this.sendButton.ariaBusy === "true") return;
    this.sendButton.ariaBusy = "true";
    this.field.value = "";
    this.drafts.set(this.room, "");
    await this.act("say", { channel: this.room, text });
    this.sendButton.ariaBusy = "false";
  }

  // `quiet`: what went wrong is shown where it belongs, beside the form.
  async act(gesture, facts, quiet = false) {
    const answer = await this.sendAct({ as: this.me, gesture, ...facts });
    const said = answer.ok || quiet || answer.problem === "incomplete" ? "" : answer.problem === "operation_timeout" ? words.timedOut : words.refused(answer.problem);
    this.toast.textContent = said;
    return answer;
  }

  startOver() {
    this.drafts.clear();
    this.headShown = null;
    this.room = this.mine.conversations[0].id;
    this.tab = "messages";
  }
}

const avatar = (name, who) => h("span", { class: `avatar avatar-${who}`, "aria-hidden": "true" }, name.slice(0, 1).toUpperCase());
