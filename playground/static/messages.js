// The messages of one conversation, as one person sees them; replies below what they answer.
import { avatar, badge } from "./people.js";
import { renderBlocks, renderText } from "./blocks.js";
import { h, keepFocus, openMenu } from "./dom.js";
import { messageWorld } from "./world.js";
import { words } from "./words.js";

const NEAR_THE_END = 48;
const EXCERPT = 60;

// Each message with what it answers. A reply stands below its thread's first message; one that was also sent to the channel
// stands at its own time.
export function inThreads(messages) {
  const roots = new Map(messages.filter((m) => !m.thread).map((m) => [m.ts, m]));
  const isNested = (m) => !m.broadcast && roots.has(m.thread);
  return messages
    .filter((m) => !isNested(m))
    .flatMap((m) => [m, ...messages.filter((reply) => isNested(reply) && reply.thread === m.ts)])
    .map((message) => ({ message, isReply: Boolean(message.thread), isNested: isNested(message), root: roots.get(message.thread) }));
}

export class Messages {
  constructor(client) {
    this.client = client;
    this.known = new Map();
    this.node = h("div", { class: "messages", role: "log", tabindex: "0" });
  }

  clear() {
    this.known.clear();
    this.node.replaceChildren();
  }

  show(messages, whenEmpty) {
    const list = this.node;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_THE_END;
    const restore = keepFocus(list);
    const live = new Set(messages.map((m) => m.ts));
    for (const [ts, { node }] of this.known) if (!live.has(ts)) (node.remove(), this.known.delete(ts));
    list.querySelector(".empty")?.remove();
    let place = list.firstChild;
    let fresh = false;
    for (const each of inThreads(messages)) {
      const spelled = JSON.stringify(each);
      let known = this.known.get(each.message.ts);
      if (known?.spelled !== spelled) {
        const node = this.build(each);
        if (known?.node === place) place = node;
        known?.node.replaceWith(node);
        known = { spelled, node };
        this.known.set(each.message.ts, known);
        fresh = true;
      }
      if (known.node === place) place = place.nextSibling;
      else list.insertBefore(known.node, place);
    }
    if (!messages.length) list.append(h("p", { class: "empty" }, whenEmpty));
    if (fresh && atEnd) list.scrollTop = list.scrollHeight;
    if (document.activeElement === document.body) restore(list);
  }

  build({ message, isReply, isNested, root }) {
    const facts = this.client.facts;
    const author = facts.people[message.user];
    const name = author?.real_name ?? words.system;
    const at = new Date(Number(message.ts) * 1000);
    const world = messageWorld(this.client, message);
    const said = (words) => (words.blocks?.length ? renderBlocks(words.blocks, world) : renderText(words.text ?? words.fallback ?? "", facts));
    const more = h("button", { class: "more", type: "button", "aria-label": words.more, "aria-haspopup": "menu", "aria-expanded": "false", "data-key": `more ${message.ts}`, onclick: (event) => this.openMore(event.currentTarget, message) }, words.moreShort);
    const looks = ["message", message.only_you && "only-you", isNested && "reply"].filter(Boolean).join(" ");
    return h(
      "article",
      { class: looks, "data-ts": message.ts, "aria-label": words.messageOf(name) },
      avatar(name, message.user, author),
      h(
        "div",
        { class: "message-body" },
        message.only_you && h("p", { class: "whisper" }, words.onlyYou),
        isReply && h("p", { class: "whisper" }, isNested ? words.thread : root ? words.repliedTo(excerpt(root.text, facts)) : words.repliedToDeleted),
        h("p", { class: "by" }, h("b", {}, name), " ", badge(author), " ", h("time", { datetime: at.toISOString() }, at.toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" })), message.edited && h("span", { class: "soft" }, words.edited)),
        said(message),
        message.cards.map((card) => h("div", { class: "card" }, said(card))),
      ),
      more,
    );
  }

  openMore(button, message) {
    const { client } = this;
    const where = { channel: message.channel, ts: message.ts };
    const items = message.only_you ? [] : client.shortcuts("message").map((s) => ({ label: s.name, act: () => client.act("shortcut", { ...where, callback_id: s.callback_id }) }));
    if (!message.only_you && client.canWrite) items.push({ label: words.reply, act: () => client.replyTo(message) });
    if (message.only_you) items.push({ label: words.dismiss, act: () => client.act("delete", { ...where, only_you: true }) });
    else if (message.user === client.me) items.push({ label: words.deleteMessage, danger: true, act: () => client.act("delete", where) });
    openMenu(button, items);
  }
}

function excerpt(text, facts) {
  const said = renderText(text, facts).textContent;
  return said.length > EXCERPT ? `${said.slice(0, EXCERPT)}…` : said;
}
