// Block Kit's blocks, as elements. What `world` is: see world.js.
import { renderElement } from "./elements.js";
import { freshId, h } from "./dom.js";
import { mrkdwn, plain, richText, textObject } from "./mrkdwn.js";
import { words } from "./words.js";

export const renderBlocks = (blocks, world) => blocks.map((block) => renderBlock(block, world));

// The text of a message without blocks.
export const renderText = (text, facts) => h("div", { class: "b-text" }, mrkdwn(text, facts));

// Pictures would need other hosts: only what they stand for is shown.
const image = (node) => h("span", { class: "placeholder" }, words.image(node.alt_text));

const BLOCKS = {
  header: (block) => h("h4", { class: "b-header" }, plain(block.text.text)),
  divider: () => h("hr"),
  section,
  context: (block, world) => h("div", { class: "b-context" }, block.elements.map((e) => (e.type === "image" ? image(e) : h("span", {}, textObject(e, world.facts))))),
  actions: (block, world) => h("div", { class: "b-actions" }, block.elements.map((element) => renderElement(block, element, world))),
  input,
  rich_text: (block, world) => richText(block, world.facts),
  markdown: (block) => h("div", { class: "b-text" }, plain(block.text)),
  image: (block) => h("p", {}, block.title && h("span", {}, `${block.title.text} `), image(block)),
};

function renderBlock(block, world) {
  const make = BLOCKS[block.type];
  return make ? make(block, world) : h("p", {}, h("span", { class: "placeholder" }, words.notShown(block.type)));
}

function section(block, world) {
  const accessory = block.accessory && (block.accessory.type === "image" ? image(block.accessory) : renderElement(block, block.accessory, world));
  return h(
    "div",
    { class: "b-section" },
    h(
      "div",
      { class: "b-text" },
      block.text && h("div", {}, textObject(block.text, world.facts)),
      block.fields && h("div", { class: "b-fields" }, block.fields.map((field) => h("div", {}, textObject(field, world.facts)))),
    ),
    accessory && h("div", { class: "b-accessory" }, accessory),
  );
}

function input(block, world) {
  const id = freshId("in");
  const element = renderElement(block, block.element, world, id);
  const grouped = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const label = [block.label.text, block.optional ? h("span", { class: "soft" }, ` ${words.optional}`) : null];
  const hint = block.hint && h("p", { class: "hint", id: `${id}-hint` }, plain(block.hint.text));
  const error = h("p", { class: "error", id: `${id}-error`, "data-error": block.block_id, role: "alert" });
  const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  if (grouped) return h("fieldset", { class: "b-input", "aria-describedby": described }, h("legend", {}, label), element, hint, error);
  const control = element.matches("input,select,textarea") ? element : element.querySelector("input,select,textarea");
  control?.setAttribute("aria-describedby", described);
  if (!block.optional) control?.setAttribute("aria-required", "true");
  return h("div", { class: "b-input" }, control ? h("label", { for: id }, label) : h("p", { class: "label" }, label), element, hint, error);
}
