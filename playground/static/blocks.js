// Block Kit, rendered. `world` knows people and channels, holds what is typed, and acts:
//   world.facts, world.held(block, element), world.hold(block, element, value), world.press(block, element, option), world.choose(block, element, value)
import { freshId, h, openMenu, safeHref } from "./dom.js";
import { mrkdwn, plain, richText, textObject } from "./mrkdwn.js";
import { words } from "./words.js";

export const renderBlocks = (blocks, world) => blocks.map((block) => renderBlock(block, world));

function renderBlock(block, world) {
  const facts = world.facts;
  switch (block.type) {
    case "header":
      return h("h4", { class: "b-header" }, plain(block.text.text));
    case "divider":
      return h("hr");
    case "section":
      return section(block, world);
    case "context":
      return h("div", { class: "b-context" }, block.elements.map((e) => (e.type === "image" ? h("span", {}, e.alt_text) : h("span", {}, textObject(e, facts)))));
    case "actions":
      return h("div", { class: "b-actions" }, block.elements.map((element) => renderElement(block, element, world)));
    case "input":
      return input(block, world);
    case "rich_text":
      return richText(block, facts);
    case "markdown":
      return h("div", { class: "b-text" }, plain(block.text));
    case "image":
      return h("p", { class: "b-context" }, block.alt_text);
    default:
      return h("p", { class: "b-context" }, block.type);
  }
}

function section(block, world) {
  return h(
    "div",
    { class: "b-section" },
    h(
      "div",
      { class: "b-text" },
      block.text && h("div", {}, textObject(block.text, world.facts)),
      block.fields && h("div", { class: "b-fields" }, block.fields.map((field) => h("div", {}, textObject(field, world.facts)))),
    ),
    block.accessory && block.accessory.type !== "image" && renderElement(block, block.accessory, world),
  );
}

function input(block, world) {
  const id = freshId("in");
  const element = renderElement(block, block.element, world, id);
  const grouped = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const label = [block.label.text, block.optional ? h("span", { class: "soft" }, ` ${words.optional}`) : null];
  const hint = block.hint && h("p", { class: "hint", id: `${id}-hint` }, plain(block.hint.text));
  const error = h("p", { class: "error", id: `${id}-error`, "data-error": block.block_id, role: "alert" });
  const control = grouped ? element : element.matches("input,select,textarea") ? element : element.querySelector("input,select,textarea");
  control?.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  return grouped
    ? h("fieldset", { class: "b-input" }, h("legend", {}, label), element, hint, error)
    : h("div", { class: "b-input" }, h("label", { for: id }, label), element, hint, error);
}

export function renderElement(block, element, world, id) {
  const make = ELEMENTS[element.type];
  return make ? make(block, element, world, id) : h("span", { class: "soft" }, element.type);
}

const dispatches = (block) => block.type !== "input" || block.dispatch_action;

// Keep what was typed or chosen, and tell the app where it asked to be told at once.
function changed(block, element, world, value) {
  world.hold(block, element, value);
  if (dispatches(block)) world.choose(block, element, value);
}

function button(block, element, world) {
  const look = `button ${element.style ?? ""}`;
  const label = element.accessibility_label;
  const press = (event) => world.press(block, element, undefined, event.currentTarget);
  const attributes = { class: look, "aria-label": label, "data-action": element.action_id };
  if (element.url) return h("a", { ...attributes, href: safeHref(element.url), target: "_blank", rel: "noopener noreferrer", onclick: press }, plain(element.text.text));
  return h("button", { ...attributes, type: "button", onclick: press }, plain(element.text.text));
}

function overflow(block, element, world) {
  const open = (event) =>
    openMenu(
      event.currentTarget,
      element.options.map((option) => ({ label: option.text.text, href: option.url, act: () => world.press(block, element, option.value) })),
    );
  return h("button", { class: "button", type: "button", "aria-label": words.more, "aria-haspopup": "menu", onclick: open }, words.moreShort);
}

function textInput(type) {
  return (block, element, world, id) => {
    const attributes = { id, placeholder: element.placeholder?.text, autocomplete: "off", spellcheck: "false", "data-autofocus": element.focus_on_load };
    const made = element.multiline ? h("textarea", { ...attributes, rows: 4 }) : h("input", { ...attributes, type });
    if (element.max_length && !element.multiline) made.setAttribute("maxlength", element.max_length);
    made.value = world.held(block, element) ?? "";
    made.addEventListener("input", () => world.hold(block, element, made.value));
    if (block.dispatch_action) made.addEventListener("change", () => world.choose(block, element, made.value));
    return made;
  };
}

function numberInput(block, element, world, id) {
  const step = element.is_decimal_allowed ? "any" : "1";
  const made = h("input", { id, type: "number", step, min: element.min_value, max: element.max_value, placeholder: element.placeholder?.text });
  made.value = world.held(block, element) ?? "";
  made.addEventListener("input", () => world.hold(block, element, made.value));
  if (block.dispatch_action) made.addEventListener("change", () => world.choose(block, element, made.value));
  return made;
}

function pickerInput(type, read = (value) => value, write = (value) => value) {
  return (block, element, world, id) => {
    const made = h("input", { id, type, "aria-label": block.type === "input" ? undefined : element.placeholder?.text ?? type });
    made.value = write(world.held(block, element) ?? "");
    made.addEventListener("change", () => changed(block, element, world, made.value ? read(made.value) : null));
    return made;
  };
}

// One <select> for all kinds; `offer` gives [label, value] pairs or {group, options}.
function select(offer, many = false) {
  return (block, element, world, id) => {
    const held = world.held(block, element);
    const chosen = new Set(many ? held : [held]);
    const one = ([label, value]) => {
      const made = h("option", { value }, label);
      made.selected = chosen.has(value);
      return made;
    };
    const offered = offer(element, world).map((each) => (each.group ? h("optgroup", { label: each.group }, each.options.map(one)) : one(each)));
    const placeholder = element.placeholder?.text ?? words.choose;
    const made = h("select", { id, multiple: many, "aria-label": block.type === "input" ? undefined : placeholder }, many ? null : h("option", { value: "" }, placeholder), offered);
    made.addEventListener("change", () => {
      const values = [...made.selectedOptions].map((option) => option.value);
      changed(block, element, world, many ? values : values[0] || null);
    });
    return many ? h("div", {}, made, h("p", { class: "hint" }, words.pickMany)) : made;
  };
}

const pair = (option) => [option.text.text, option.value];
const offeredOptions = (element) => (element.option_groups ?? []).map((group) => ({ group: group.label.text, options: group.options.map(pair) })).concat((element.options ?? []).map(pair));
const offeredPeople = (_element, world) => Object.entries(world.facts.people).filter(([, p]) => !p.is_bot).map(([id, p]) => [p.real_name, id]);
const offeredChannels = (_element, world) => Object.entries(world.facts.channels).map(([id, name]) => [`#${name}`, id]);
const offeredConversations = (element, world) =>
  world.conversations
    .filter((c) => {
      const kinds = element.filter?.include;
      const kind = c.kind === "channel" ? "public" : "im";
      return (!kinds || kinds.includes(kind)) && !(element.filter?.exclude_bot_users && c.kind === "app");
    })
    .map((c) => [c.kind === "channel" ? `#${c.name}` : c.name, c.id]);

function externalSelect(block, element, world, id) {
  const list = h("select", { hidden: true, size: 4 });
  const typed = h("input", { id, type: "search", autocomplete: "off", placeholder: element.placeholder?.text ?? words.noOption });
  typed.addEventListener("input", async () => {
    if (typed.value.length < (element.min_query_length ?? 3)) return;
    const options = await world.suggest(block, element, typed.value);
    list.replaceChildren(...options.map((option) => h("option", { value: option.value }, option.text.text)));
    list.hidden = options.length === 0;
  });
  list.addEventListener("change", () => {
    typed.value = list.selectedOptions[0].textContent;
    list.hidden = true;
    changed(block, element, world, list.value);
  });
  return h("div", {}, typed, list);
}

function choices(type) {
  return (block, element, world) => {
    const name = freshId("choice");
    const held = world.held(block, element);
    const chosen = new Set(type === "radio" ? [held] : held);
    const all = element.options.map((option) => {
      const made = h("input", { type, name, value: option.value });
      made.checked = chosen.has(option.value);
      return h("label", { class: "choice" }, made, h("span", {}, textObject(option.text, world.facts), option.description && h("span", { class: "hint" }, textObject(option.description, world.facts))));
    });
    const group = h("div", { class: "choices", role: block.type === "input" ? undefined : "group" }, all);
    group.addEventListener("change", () => {
      const values = [...group.querySelectorAll("input:checked")].map((made) => made.value);
      changed(block, element, world, type === "radio" ? values[0] ?? null : values);
    });
    return group;
  };
}

const seconds = { read: (value) => Math.floor(new Date(value).getTime() / 1000), write: (value) => (value ? new Date(value * 1000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16) : "") };

const ELEMENTS = {
  button,
  overflow,
  plain_text_input: textInput("text"),
  email_text_input: textInput("email"),
  url_text_input: textInput("url"),
  number_input: numberInput,
  static_select: select(offeredOptions),
  users_select: select(offeredPeople),
  conversations_select: select(offeredConversations),
  channels_select: select(offeredChannels),
  external_select: externalSelect,
  multi_static_select: select(offeredOptions, true),
  multi_users_select: select(offeredPeople, true),
  multi_conversations_select: select(offeredConversations, true),
  multi_channels_select: select(offeredChannels, true),
  checkboxes: choices("checkbox"),
  radio_buttons: choices("radio"),
  datepicker: pickerInput("date"),
  timepicker: pickerInput("time"),
  datetimepicker: pickerInput("datetime-local", seconds.read, seconds.write),
};

// The text of a message without blocks.
export const renderText = (text, facts) => h("div", { class: "b-text" }, mrkdwn(text, facts));
