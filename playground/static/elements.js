// Block Kit's interactive elements: each gives back what a person typed, chose or pressed.
import { freshId, h, openMenu, safeHref } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";
import { picker } from "./picker.js";
import { words } from "./words.js";

const CHARACTERS_MS = 300;
const QUERY_LEAST = 3; // Slack's own default for external selects

export function renderElement(block, element, world, id) {
  const make = ELEMENTS[element.type];
  return make ? make(block, element, world, id) : h("span", { class: "placeholder" }, words.notShown(element.type));
}

const dispatches = (block) => block.type !== "input" || block.dispatch_action;
const marks = (block, element, world) => ({ "data-key": world.key(block, element), "data-action": element.action_id });
// In a form the label names it; elsewhere its placeholder does.
const named = (block, element, otherwise) => (block.type === "input" ? undefined : (element.placeholder?.text ?? otherwise));

// Keep what was typed or chosen, and tell the app where it asked to be told at once; ask first where it asked for that.
async function changed(block, element, world, value, undo) {
  if (element.confirm && !(await world.confirm(element.confirm))) return undo(world.held(block, element));
  world.hold(block, element, value);
  if (dispatches(block)) world.choose(block, element, value);
}

function button(block, element, world) {
  const attributes = { class: `button ${element.style ?? ""}`, "aria-label": element.accessibility_label, ...marks(block, element, world) };
  const press = (event) => {
    if (element.url && element.confirm) event.preventDefault(); // the dialog's own button leads there
    world.press(block, element, undefined, event.currentTarget);
  };
  if (element.url) return h("a", { ...attributes, href: safeHref(element.url), target: "_blank", rel: "noopener noreferrer", onclick: press }, plain(element.text.text));
  return h("button", { ...attributes, type: "button", onclick: press }, plain(element.text.text));
}

function overflow(block, element, world) {
  const offered = element.options.map((option) => ({ label: option.text.text, hint: option.description?.text, href: element.confirm ? undefined : option.url, option }));
  const open = (event) => {
    const at = event.currentTarget;
    openMenu(at, offered.map((item) => ({ ...item, act: () => world.press(block, { ...element, url: item.option.url }, item.option.value, at) })));
  };
  return h("button", { class: "button", type: "button", "aria-label": words.moreActions, "aria-haspopup": "menu", "aria-expanded": "false", onclick: open, ...marks(block, element, world) }, words.moreShort);
}

// Typed text is held at each key, and told to the app as it asked: at Enter, or at each character.
function tellsWhenTyped(made, block, element, world) {
  made.addEventListener("input", () => world.hold(block, element, made.value));
  if (!block.dispatch_action) return made;
  const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer;
  const tell = () => {
    clearTimeout(timer);
    world.choose(block, element, made.value);
  };
  if (on.includes("on_character_entered")) made.addEventListener("input", () => (clearTimeout(timer), (timer = setTimeout(tell, CHARACTERS_MS))));
  if (on.includes("on_enter_pressed"))
    made.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
      event.preventDefault();
      tell();
    });
  return made;
}

function textInput(type) {
  return (block, element, world, id) => {
    const attributes = { id, placeholder: element.placeholder?.text, autocomplete: "off", spellcheck: "false", "data-autofocus": element.focus_on_load, ...marks(block, element, world) };
    const made = element.multiline ? h("textarea", { ...attributes, rows: 4 }) : h("input", { ...attributes, type });
    if (element.max_length && !element.multiline) made.setAttribute("maxlength", element.max_length);
    made.value = world.held(block, element) ?? "";
    return tellsWhenTyped(made, block, element, world);
  };
}

function numberInput(block, element, world, id) {
  const step = element.is_decimal_allowed ? "any" : "1";
  const made = h("input", { id, type: "number", step, min: element.min_value, max: element.max_value, placeholder: element.placeholder?.text, ...marks(block, element, world) });
  made.value = world.held(block, element) ?? "";
  return tellsWhenTyped(made, block, element, world);
}

function pickerInput(type, read = (value) => value, write = (value) => value) {
  return (block, element, world, id) => {
    const made = h("input", { id, type, "aria-label": named(block, element, words.pickers[type]), ...marks(block, element, world) });
    const put = (value) => (made.value = write(value ?? ""));
    put(world.held(block, element));
    made.addEventListener("change", () => changed(block, element, world, made.value ? read(made.value) : null, put));
    return made;
  };
}

// `offer` gives [{ label?, options: [{ value, text, hint? }] }].
function select(offer) {
  return (block, element, world, id) => {
    const one = ({ value, text }) => h("option", { value }, text);
    const offered = offer(element, world).map((group) => (group.label ? h("optgroup", { label: group.label }, group.options.map(one)) : group.options.map(one)));
    const placeholder = element.placeholder?.text ?? words.choose;
    const made = h("select", { id, "aria-label": named(block, element, words.choose), ...marks(block, element, world) }, h("option", { value: "" }, placeholder), offered);
    const put = (value) => (made.value = value ?? "");
    put(world.held(block, element));
    made.addEventListener("change", () => changed(block, element, world, made.value || null, put));
    return made;
  };
}

function manySelect(offer) {
  return (block, element, world, id) => {
    const groups = offer(element, world);
    const texts = new Map(groups.flatMap((group) => group.options.map((each) => [each.value, each.text])));
    const matching = (typed) => groups.map((group) => ({ ...group, options: group.options.filter((each) => each.text.toLowerCase().includes(typed.toLowerCase())) }));
    return picker({
      ...pickerFacts(block, element, world, id),
      chosen: (world.held(block, element) ?? []).map((value) => ({ value, text: texts.get(value) ?? value })),
      most: element.max_selected_items ?? Infinity,
      least: 0,
      search: async (typed) => matching(typed),
      changed: (chosen, undo) => changed(block, element, world, chosen.map((each) => each.value), undo),
    });
  };
}

// The app is asked for what is typed.
function externalSelect(many) {
  return (block, element, world, id) => {
    const held = world.held(block, element);
    return picker({
      ...pickerFacts(block, element, world, id),
      asks: true,
      chosen: (many ? (held ?? []) : [held].filter(Boolean)).map((value) => ({ value, text: world.labelOf(value) })),
      most: many ? (element.max_selected_items ?? Infinity) : 1,
      least: element.min_query_length ?? QUERY_LEAST,
      search: async (typed) => {
        const offered = await world.suggest(block, element, typed);
        return offered && offeredOptions(offered);
      },
      changed: (chosen, undo) => {
        for (const each of chosen) world.learn(each.value, each.text);
        const values = chosen.map((each) => each.value);
        return changed(block, element, world, many ? values : (values[0] ?? null), undo);
      },
    });
  };
}

const pickerFacts = (block, element, world, id) => ({ id, key: world.key(block, element), name: named(block, element, words.choose), placeholder: element.placeholder?.text ?? words.search });

const option = (each) => ({ value: each.value, text: each.text.text, hint: each.description?.text });
const offeredOptions = (element) => [...(element.option_groups ?? []).map((group) => ({ label: group.label.text, options: group.options.map(option) })), ...(element.options ? [{ options: element.options.map(option) }] : [])];
const offeredPeople = (_element, world) => [
  {
    options: Object.entries(world.facts.people)
      .filter(([, person]) => person.kind !== "deactivated")
      .map(([value, person]) => ({ value, text: words.named(person) })),
  },
];
const offeredChannels = (_element, world) => [{ options: Object.entries(world.facts.channels).map(([value, name]) => ({ value, text: `#${name}` })) }];
const offeredConversations = (element, world) => [
  {
    options: world.conversations
      .filter((c) => {
        const kinds = element.filter?.include;
        const kind = c.kind === "channel" ? "public" : "im";
        return (!kinds || kinds.includes(kind)) && !(element.filter?.exclude_bot_users && c.kind === "app");
      })
      .map((c) => ({ value: c.id, text: c.kind === "channel" ? `#${c.name}` : c.name })),
  },
];

function choices(type) {
  return (block, element, world) => {
    const name = freshId("choice");
    const all = element.options.map((each) => {
      const made = h("input", { type, name, value: each.value, "data-key": `${world.key(block, element)} ${each.value}` });
      return h("label", { class: "choice" }, made, h("span", {}, textObject(each.text, world.facts), each.description && h("span", { class: "hint" }, textObject(each.description, world.facts))));
    });
    const group = h("div", { class: "choices", role: block.type === "input" ? undefined : type === "radio" ? "radiogroup" : "group", "aria-label": block.type === "input" ? undefined : words.choose }, all);
    const inputs = [...group.querySelectorAll("input")];
    const put = (held) => {
      const chosen = new Set(type === "radio" ? [held] : held);
      for (const made of inputs) made.checked = chosen.has(made.value);
    };
    put(world.held(block, element));
    group.addEventListener("change", () => {
      const values = inputs.filter((made) => made.checked).map((made) => made.value);
      changed(block, element, world, type === "radio" ? (values[0] ?? null) : values, put);
    });
    return group;
  };
}

const seconds = { read: (value) => Math.floor(new Date(value).getTime() / 1000), write: (value) => (value ? new Date(value * 1000 - new Date(value * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16) : "") };

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
  external_select: externalSelect(false),
  multi_static_select: manySelect(offeredOptions),
  multi_users_select: manySelect(offeredPeople),
  multi_conversations_select: manySelect(offeredConversations),
  multi_channels_select: manySelect(offeredChannels),
  multi_external_select: externalSelect(true),
  checkboxes: choices("checkbox"),
  radio_buttons: choices("radio"),
  datepicker: pickerInput("date"),
  timepicker: pickerInput("time"),
  datetimepicker: pickerInput("datetime-local", seconds.read, seconds.write),
};
