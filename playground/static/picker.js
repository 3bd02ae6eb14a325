// A field to search in, with what is chosen as chips: for selects of many things, and for those that ask the app.
//   name, id, placeholder   what it is called
//   chosen                  [{ value, text }] to begin with
//   most                    how many may be chosen; 1 replaces
//   search(typed)           promises [{ label?, options: [{ value, text, hint? }] }], or null when nothing came
//   least                   how much must be typed before it searches
//   asks                    whether searching goes to the app, which is spared each single key
//   changed(chosen, undo)   called after each change; `undo` takes it back
import { freshId, h } from "./dom.js";
import { words } from "./words.js";

const WAIT_MS = 200;

export function picker(given) {
  return new Picker(given).node;
}

class Picker {
  constructor(given) {
    this.given = given;
    this.chosen = [...given.chosen];
    this.asked = 0;
    this.at = -1;
    this.chips = h("ul", { class: "chips", "aria-label": words.chosen });
    this.list = h("div", { class: "offers", role: "listbox", id: freshId("offers"), "aria-label": words.offers, hidden: true });
    this.field = h("input", {
      id: given.id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: given.placeholder, "data-key": given.key,
      "aria-label": given.name, "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
      oninput: () => this.soon(), onclick: () => this.look(), onkeydown: (event) => this.key(event),
    });
    this.said = h("p", { class: "hint", role: "status" });
    this.node = h("div", { class: "picker" }, this.chips, this.field, this.list, this.said);
    this.node.addEventListener("focusout", (event) => this.node.contains(event.relatedTarget) || this.shut());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the keyboard
    this.draw();
  }

  get isFull() {
    return this.given.most > 1 && this.chosen.length >= this.given.most;
  }

  draw() {
    this.chips.replaceChildren(...this.chosen.map((each) => h("li", { class: "chip" }, h("span", {}, each.text), h("button", { type: "button", "aria-label": words.remove(each.text), onclick: () => this.drop(each) }, "✕"))));
    this.chips.hidden = !this.chosen.length;
    this.field.readOnly = this.isFull;
    this.said.textContent = this.isFull ? words.full(this.given.most) : "";
  }

  soon() {
    if (!this.given.asks) return this.look(); // at once: Enter may be the next key
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), WAIT_MS);
  }

  async look() {
    if (this.isFull) return;
    const typed = this.field.value.trim();
    if (typed.length < this.given.least) {
      this.shut();
      this.said.textContent = words.typeMore(this.given.least);
      return;
    }
    const number = ++this.asked;
    const groups = await this.given.search(typed);
    if (number !== this.asked || !this.field.isConnected) return; // something else was typed meanwhile
    this.offer(groups);
  }

  offer(groups) {
    const taken = new Set(this.chosen.map((each) => each.value));
    const left = (groups ?? []).map((group) => ({ ...group, options: group.options.filter((each) => !taken.has(each.value)) })).filter((group) => group.options.length);
    this.list.replaceChildren(...left.flatMap((group) => (group.label ? [h("div", { role: "group", "aria-label": group.label }, h("div", { class: "offers-head", "aria-hidden": "true" }, group.label), group.options.map((each) => this.option(each)))] : group.options.map((each) => this.option(each)))));
    this.list.hidden = !left.length;
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    this.said.textContent = groups === null ? words.noAnswer : left.length ? "" : words.nothingFound;
    this.point(left.length ? 0 : -1);
    if (left.length) this.list.scrollIntoView({ block: "nearest" });
  }

  option(each) {
    return h("div", { class: "offer", role: "option", id: freshId("offer"), "aria-selected": "false", "data-value": each.value, onclick: () => this.take(each) }, each.text, each.hint && h("span", { class: "hint" }, each.hint));
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  point(at) {
    const all = this.options;
    this.at = at;
    all.forEach((node, index) => node.setAttribute("aria-selected", String(index === at)));
    if (all[at]) this.field.setAttribute("aria-activedescendant", all[at].id);
    else this.field.removeAttribute("aria-activedescendant");
    all[at]?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const open = !this.list.hidden;
    const count = this.options.length;
    if (event.key === "Escape" && (open || this.field.value)) {
      event.stopPropagation(); // the modal behind stays
      if (!open) this.field.value = "";
      this.shut();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open) this.options[this.at]?.click();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.point((this.at + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
      else this.look();
    } else if (event.key === "Backspace" && !this.field.value && this.chosen.length) this.drop(this.chosen.at(-1));
  }

  take(each) {
    this.set(this.given.most === 1 ? [each] : [...this.chosen, each]);
  }

  drop(each) {
    this.set(this.chosen.filter((other) => other !== each));
  }

  set(chosen) {
    const before = this.chosen;
    const show = (those) => {
      this.chosen = those;
      this.field.value = "";
      this.shut();
      this.draw();
      this.field.focus({ preventScroll: true });
    };
    show(chosen);
    this.given.changed(chosen, () => show(before));
  }

  shut() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    if (!this.isFull) this.said.textContent = "";
  }
}
