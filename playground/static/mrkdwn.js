// Slack's mrkdwn and its <entities>, as elements.
import { h, safeHref } from "./dom.js";
import { words } from "./words.js";

const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])|(?<!\w)_(?=\S)([^_\n]*[^_\s])_(?!\w)|(?<![\w~])~(?=\S)([^~\n]*[^~\s])~(?![\w~])/g;

const decode = (text) => text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);

export function mrkdwn(text, facts) {
  return text.split(/```\n?([\s\S]*?)\n?```/).map((part, index) => (index % 2 ? h("pre", {}, decode(part)) : lines(part, facts)));
}

// Text of a plain_text object: no marks, no entities.
export const plain = (text) => brokenLines(text.split("\n").map((line) => [line]));

export const textObject = (object, facts) => (object.type === "mrkdwn" ? mrkdwn(object.text, facts) : plain(object.text));

function lines(text, facts) {
  const made = [];
  let quoted = [];
  const endQuote = () => {
    if (quoted.length) made.push(h("blockquote", {}, brokenLines(quoted)));
    quoted = [];
  };
  const open = [];
  const endLines = () => {
    if (open.length) made.push(...brokenLines(open.splice(0)));
  };
  for (const line of text.replace(/^\n|\n$/g, "").split("\n")) {
    if (/^&gt; ?/.test(line)) {
      endLines();
      quoted.push(inline(line.replace(/^&gt; ?/, ""), facts));
    } else {
      endQuote();
      open.push(inline(line, facts));
    }
  }
  endQuote();
  endLines();
  return made;
}

const brokenLines = (all) => all.flatMap((line, index) => (index ? [h("br"), ...line] : line));

function inline(text, facts) {
  const made = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    made.push(decode(text.slice(at, found.index)));
    at = found.index + found[0].length;
    const [, code, entity, bold, italic, struck] = found;
    if (code !== undefined) made.push(h("code", {}, decode(code)));
    else if (entity !== undefined) made.push(entityNode(entity, facts));
    else if (bold !== undefined) made.push(h("b", {}, inline(bold, facts)));
    else if (italic !== undefined) made.push(h("i", {}, inline(italic, facts)));
    else made.push(h("s", {}, inline(struck, facts)));
  }
  made.push(decode(text.slice(at)));
  return made;
}

function entityNode(entity, facts) {
  const [target, label] = entity.split(/\|(.*)/s);
  if (target.startsWith("@")) return person(target.slice(1), facts, label);
  if (target.startsWith("#")) return h("span", { class: "mention" }, `#${facts.channels[target.slice(1)] ?? label ?? ""}`);
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label ?? `@${facts.groups?.[target.slice(9)] ?? words.group}`);
  if (target.startsWith("!")) return h("span", { class: "mention" }, label ?? `@${target.slice(1)}`);
  return link(decode(target), label === undefined ? undefined : decode(label));
}

export const person = (id, facts, label) => h("span", { class: "mention" }, `@${facts.people[id]?.name ?? label ?? words.unknown}`);

export const link = (url, label) => h("a", { href: safeHref(url), target: "_blank", rel: "noopener noreferrer" }, label ?? url);

function dateNode(target, fallback) {
  const [, seconds, format, url] = target.split("^");
  const made = h("time", { title: fallback ?? "" }, formatDate(Number(seconds), format));
  return url ? link(url, made) : made;
}

export function formatDate(seconds, format) {
  const when = new Date(seconds * 1000);
  const say = (options) => new Intl.DateTimeFormat(undefined, options).format(when);
  const day = { year: "numeric", day: "numeric" };
  const pretty = (options) => nearDay(when) ?? say(options);
  const made = {
    date_num: () => say({ year: "numeric", month: "2-digit", day: "2-digit" }),
    date_slash: () => say({ year: "numeric", month: "2-digit", day: "2-digit" }),
    date: () => say({ ...day, month: "long" }),
    date_short: () => say({ ...day, month: "short" }),
    date_long: () => say({ ...day, month: "long", weekday: "long" }),
    date_pretty: () => pretty({ ...day, month: "long" }),
    date_short_pretty: () => pretty({ ...day, month: "short" }),
    date_long_pretty: () => pretty({ ...day, month: "long", weekday: "long" }),
    time: () => say({ hour: "numeric", minute: "2-digit" }),
    time_secs: () => say({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
    ago: () => say({ dateStyle: "medium", timeStyle: "short" }),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => made[name]?.() ?? whole);
}

function nearDay(when) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const apart = Math.round((midnight(when) - midnight(new Date())) / 86_400_000);
  return { 0: words.dates.today, 1: words.dates.tomorrow, "-1": words.dates.yesterday }[apart];
}

// rich_text blocks: what the composer makes, and what apps may send.
export function richText(block, facts) {
  return h("div", { class: "rich" }, block.elements.map((element) => richElement(element, facts)));
}

function richElement(element, facts) {
  const parts = (all) => all.map((part) => richPart(part, facts));
  switch (element.type) {
    case "rich_text_preformatted":
      return h("pre", {}, parts(element.elements));
    case "rich_text_quote":
      return h("blockquote", {}, parts(element.elements));
    case "rich_text_list":
      return h(element.style === "ordered" ? "ol" : "ul", { "data-indent": element.indent || undefined, start: element.offset ? element.offset + 1 : undefined }, element.elements.map((item) => h("li", {}, parts(item.elements))));
    default:
      return h("p", {}, parts(element.elements));
  }
}

function richPart(part, facts) {
  switch (part.type) {
    case "text":
      return styled([part.text], part.style); // line breaks stay what they are: copied text is exact
    case "link":
      return styled([link(part.url, part.text)], part.style);
    case "emoji":
      return `:${part.name}:`;
    case "user":
      return person(part.user_id, facts);
    case "channel":
      return h("span", { class: "mention" }, `#${facts.channels[part.channel_id] ?? ""}`);
    case "broadcast":
      return h("span", { class: "mention" }, `@${part.range}`);
    case "usergroup":
      return h("span", { class: "mention" }, `@${facts.groups?.[part.usergroup_id] ?? words.group}`);
    case "color":
      return part.value;
    case "date":
      return h("time", {}, formatDate(part.timestamp, part.format));
    default:
      return h("span", { class: "placeholder" }, words.notShown(part.type));
  }
}

function styled(children, style = {}) {
  const tags = { bold: "b", italic: "i", strike: "s", code: "code" };
  return Object.entries(tags).reduce((inner, [name, tag]) => (style[name] ? [h(tag, {}, inner)] : inner), children);
}
