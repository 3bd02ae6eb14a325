// One person's chat client: conversations, messages or Home tab, composer, modals.
import { askFirst } from "./confirm.js";
import { h, keepFocus, openMenu, walkTabs } from "./dom.js";
import { Home } from "./home.js";
import { Messages } from "./messages.js";
import { Modal } from "./modal.js";
import { avatar, badge } from "./people.js";
import { words } from "./words.js";

export class Client {
  constructor(me, send, firstDraft) {
    this.me = me;
    this.sendAct = send;
    this.room = null;
    this.tab = "messages";
    this.thread = null;
    this.drafts = new Map();
    this.labels = new Map();
    this.confirming = false;
    this.firstDraft = firstDraft;
    this.rooms = h("nav", { class: "rooms" });
    this.head = h("header", { class: "room-head" });
    this.messages = new Messages(this);
    this.home = new Home(this);
    this.composer = this.buildComposer();
    this.toast = h("p", { class: "toast", role: "status" });
    this.veil = h("div", { class: "veil", hidden: true });
    this.inside = h("div", { class: "client-body" }, this.rooms, h("div", { class: "room" }, this.head, this.messages.node, this.home.node, this.composer));
    this.bar = h("header", { class: "client-bar" });
    this.node = h("section", { class: "client", id: `client-${me}` }, this.bar, h("div", { class: "client-stage" }, this.inside, this.veil, this.toast));
    this.modal = new Modal(this.veil, this);
  }

  get person() {
    return this.facts.people[this.me];
  }

  get conversation() {
    return this.mine.conversations.find((c) => c.id === this.room);
  }

  get visible() {
    return this.node.checkVisibility() && document.visibilityState === "visible";
  }

  get canWrite() {
    return !(this.conversation.kind === "app" && this.facts.messages_read_only);
  }

  // Commands and shortcuts are there only for members of the workspace that installed the app.
  shortcuts(kind) {
    return this.person.kind === "outsider" ? [] : this.facts.shortcuts.filter((s) => s.kind === kind);
  }

  // Where the keyboard goes when what it was on is gone.
  get restingPlace() {
    return this.tab === "home" ? this.home.node : this.field.hidden ? this.messages.node : this.field;
  }

  show(facts) {
    this.facts = facts;
    this.mine = facts.clients[this.me];
    this.showBar();
    if (!this.conversation) this.room = this.mine.conversations[0]?.id;
    this.inside.hidden = !this.conversation;
    if (!this.conversation) return;
    this.showRooms();
    this.showRoom();
    this.modal.show(this.mine.views);
    this.inside.inert = this.mine.views.length > 0 || this.confirming;
  }

  showBar() {
    const spelled = JSON.stringify(this.person);
    if (spelled === this.barShown) return;
    this.barShown = spelled;
    this.bar.replaceChildren(avatar(this.person.real_name, this.me, this.person), h("h2", {}, this.person.real_name), badge(this.person, true) ?? "");
    this.node.setAttribute("aria-label", words.windowOf(this.person.real_name));
    this.rooms.setAttribute("aria-label", words.conversationsOf(this.person.real_name));
  }

  nameOf(conversation) {
    return conversation.kind === "channel" ? `#${conversation.name}` : conversation.name;
  }

  showRooms() {
    const spelled = JSON.stringify([this.mine.conversations, this.room]);
    if (spelled === this.roomsShown) return;
    this.roomsShown = spelled;
    const restore = keepFocus(this.rooms);
    const groups = ["channel", "person", "app"].map((kind) => {
      const inside = this.mine.conversations.filter((c) => c.kind === kind);
      return inside.length ? [h("h3", {}, words.rooms[kind]), inside.map((c) => this.roomButton(c))] : [];
    });
    this.rooms.replaceChildren(...groups.flat(3));
    restore();
  }

  roomButton(conversation) {
    const here = conversation.id === this.room;
    const unread = here ? 0 : conversation.unread;
    return h(
      "button",
      { type: "button", class: unread ? "unread" : "", "data-key": conversation.id, "aria-current": here ? "page" : undefined, onclick: () => this.open(conversation.id) },
      h("span", { class: "sign", "aria-hidden": "true" }, { channel: "#", person: "@", app: "▣" }[conversation.kind]),
      h("span", { class: "name" }, conversation.name),
      unread > 0 && h("span", { class: "count" }, h("span", { "aria-hidden": "true" }, String(unread)), h("span", { class: "sr" }, ` ${words.unread(unread)}`)),
    );
  }

  open(room) {
    this.drafts.set(this.room, this.field.value);
    this.room = room;
    this.tab = "messages";
    this.thread = null;
    this.messages.clear();
    this.headShown = null;
    if (this.conversation.kind === "app" && this.facts.has_home) this.act("home", { tab: this.tab });
    this.show(this.facts);
  }

  openKind(kind) {
    const found = this.mine.conversations.find((c) => c.kind === kind);
    if (found) this.open(found.id);
    this.messages.node.focus({ preventScroll: true });
  }

  showRoom() {
    const conversation = this.conversation;
    this.showHead(conversation);
    const isHome = this.tab === "home";
    this.messages.node.hidden = isHome;
    this.home.node.hidden = !isHome;
    this.composer.hidden = isHome;
    if (isHome) return this.home.show(this.mine.home);
    this.messages.show(this.mine.messages[this.room], conversation.kind === "app" ? words.emptyApp : words.empty);
    if (conversation.unread && this.visible) this.act("read", { channel: this.room });
  }

  showHead(conversation) {
    const spelled = JSON.stringify([this.room, this.tab, this.thread?.ts]);
    if (spelled === this.headShown) return;
    const isOther = !this.headShown || JSON.parse(this.headShown)[0] !== this.room;
    this.headShown = spelled;
    const restore = keepFocus(this.head);
    const other = this.facts.people[conversation.with];
    this.head.replaceChildren(h("h3", {}, this.nameOf(conversation)), other?.kind === "app" ? "" : (badge(other) ?? ""), this.tabsOf(conversation));
    restore();
    this.messages.node.setAttribute("aria-label", words.messagesIn(this.nameOf(conversation)));
    this.composer.classList.toggle("read-only", !this.canWrite);
    this.field.hidden = this.sendButton.hidden = !this.canWrite;
    this.note.hidden = this.canWrite;
    this.moreButton.hidden = !this.shortcuts("global").length;
    this.threadNote.hidden = !this.thread;
    this.broadcastTo.textContent = words.alsoTo(this.nameOf(conversation));
    const asked = this.thread ? words.replyPlaceholder : words.placeholder(this.nameOf(conversation));
    this.field.placeholder = asked;
    this.field.setAttribute("aria-label", asked);
    if (isOther) this.field.value = this.drafts.get(this.room) ?? this.firstDraft(conversation);
  }

  tabsOf(conversation) {
    if (conversation.kind !== "app" || !this.facts.has_home) return "";
    const tab = (name, label) =>
      h("button", { type: "button", role: "tab", "data-key": `tab ${name}`, "aria-selected": String(this.tab === name), tabindex: this.tab === name ? "0" : "-1", onclick: () => this.openTab(name) }, label);
    return h("div", { class: "room-tabs", role: "tablist", "aria-label": words.tabsOf(conversation.name), onkeydown: walkTabs }, tab("home", words.home), tab("messages", words.messages));
  }

  openTab(name) {
    this.tab = name;
    this.act("home", { tab: name });
    this.show(this.facts);
  }

  replyTo(message) {
    this.thread = { ts: message.thread || message.ts };
    this.broadcast.checked = false;
    this.show(this.facts);
    this.field.focus({ preventScroll: true });
  }

  endReply() {
    this.thread = null;
    this.show(this.facts);
    this.field.focus({ preventScroll: true });
  }

  // A button was pressed: ask first where the app wants that, then tell it.
  async press(where, block, element, option, button) {
    if (element.confirm && !(await askFirst(this, element.confirm, element.url))) return;
    if (button) button.ariaBusy = "true";
    await this.act("click", { ...where, block_id: block.block_id, action_id: element.action_id, option });
    if (button) button.ariaBusy = "false";
  }

  confirm(asked) {
    return askFirst(this, asked);
  }

  buildComposer() {
    this.field = h("textarea", { rows: 1 });
    this.sendButton = h("button", { class: "button primary", type: "submit" }, words.send);
    this.note = h("p", { class: "soft", hidden: true }, words.readOnly);
    this.moreButton = h("button", { class: "button", type: "button", "aria-label": words.shortcuts, title: words.shortcuts, "aria-haspopup": "menu", "aria-expanded": "false", onclick: (event) => this.openShortcuts(event.currentTarget) }, words.shortcutsShort);
    this.broadcast = h("input", { type: "checkbox" });
    this.broadcastTo = h("span", {});
    this.threadNote = h("div", { class: "thread-note", hidden: true }, h("label", { class: "choice" }, this.broadcast, this.broadcastTo), h("button", { class: "cross", type: "button", "aria-label": words.endReply, onclick: () => this.endReply() }, "✕"));
    const form = h("form", { class: "composer", onsubmit: (event) => (event.preventDefault(), this.say()) }, this.threadNote, this.moreButton, this.field, this.note, this.sendButton);
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.thread) this.endReply();
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.say();
    });
    return form;
  }

  openShortcuts(button) {
    openMenu(button, this.shortcuts("global").map((s) => ({ label: s.name, act: () => this.act("shortcut", { callback_id: s.callback_id }) })));
  }

  async say() {
    const text = this.field.value;
    if (!text.trim() || this.sendButton.ariaBusy === "true") return;
    this.sendButton.ariaBusy = "true";
    this.field.value = "";
    this.drafts.set(this.room, "");
    await this.act("say", { channel: this.room, text, thread_ts: this.thread?.ts, broadcast: this.broadcast.checked });
    this.sendButton.ariaBusy = "false";
  }

  // `quiet`: what went wrong is shown where it belongs, beside the form.
  async act(gesture, facts, quiet = false) {
    const answer = await this.sendAct({ as: this.me, gesture, ...facts });
    const silent = answer.ok || quiet || answer.problem === "incomplete";
    this.toast.textContent = silent ? "" : (words.problems[answer.problem] ?? words.refused(answer.problem));
    return answer;
  }

  startOver() {
    this.drafts.clear();
    this.headShown = null;
    this.room = this.mine.conversations[0]?.id;
    this.tab = "messages";
    this.thread = null;
  }
}
