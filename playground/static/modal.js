// A modal in front of one person. What is typed survives an update where the ids stay the same.
import { h } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { words } from "./words.js";

export class Modal {
  constructor(veil, client) {
    this.veil = veil;
    this.client = client;
    this.view = null;
    this.typed = new Map();
    veil.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      if (event.key === "Tab") this.keepFocus(event);
    });
  }

  show(views) {
    const view = views.at(-1) ?? null;
    const known = this.view;
    this.view = view;
    if (!view) {
      const hadFocus = this.veil.contains(document.activeElement);
      this.typed.clear();
      this.veil.hidden = true;
      this.veil.replaceChildren();
      if (hadFocus) this.client.focusBack();
      return;
    }
    if (known?.id !== view.id || known.hash !== view.hash) this.build(view, views.length > 1, known?.id === view.id);
    this.mark(view);
  }

  // Errors go beside their field, and nothing that was typed is touched.
  mark(view) {
    let fresh = false;
    for (const place of this.veil.querySelectorAll("[data-error]")) {
      const said = view.errors[place.dataset.error] ?? "";
      if (place.textContent !== said) {
        place.textContent = said;
        fresh ||= Boolean(said);
      }
      place.parentElement.classList.toggle("wrong", Boolean(said));
    }
    this.problem.textContent = view.problem;
    if (fresh) this.veil.querySelector(".wrong :is(textarea,input,select)")?.focus();
  }

  build(view, stacked, again) {
    const title = view.title?.text ?? "";
    const world = this.world(view);
    this.problem = h("p", { class: "error problem", role: "alert" });
    const submit = view.submit && h("button", { class: "button primary", type: "submit" }, view.submit.text);
    const close = h("button", { class: "button", type: "button", onclick: () => this.close() }, stacked ? words.back : view.close?.text ?? words.close);
    const body = h("div", { class: "modal-body" }, renderBlocks(view.blocks, world));
    const form = h(
      "form",
      { class: "modal", role: "dialog", "aria-modal": "true", "aria-label": title, novalidate: true, onsubmit: (event) => this.submit(event, submit) },
      h("header", {}, h("h3", {}, title), h("button", { class: "cross", type: "button", "aria-label": words.cross, onclick: () => this.close(true) }, "✕")),
      body,
      h("footer", {}, this.problem, close, submit),
    );
    this.veil.replaceChildren(form);
    this.veil.hidden = false;
    const first = form.querySelector("[data-autofocus]") ?? [...form.querySelectorAll("textarea,input,select")].find((field) => !field.value) ?? submit ?? body.querySelector("a,button") ?? close;
    if (!again || !form.contains(document.activeElement)) first.focus({ preventScroll: true });
    if (!again) this.veil.scrollIntoView({ block: "nearest" });
  }

  world(view) {
    const key = (block, element) => `${view.id} ${block.block_id} ${element.action_id} ${element.type}`;
    return {
      facts: this.client.facts,
      conversations: this.client.mine.conversations,
      held: (block, element) => (this.typed.has(key(block, element)) ? this.typed.get(key(block, element)) : view.values[block.block_id]?.[element.action_id]),
      hold: (block, element, value) => this.typed.set(key(block, element), value),
      press: (block, element, option, button) => this.client.press({ view_id: view.id, values: this.values(view) }, block, element, option, button),
      choose: (block, element, value) => this.client.act("choose", { view_id: view.id, values: this.values(view), block_id: block.block_id, action_id: element.action_id, value }),
      suggest: async (block, element, typed) => (await this.client.act("suggest", { view_id: view.id, block_id: block.block_id, action_id: element.action_id, typed })).options ?? [],
    };
  }

  values(view) {
    const values = {};
    for (const [key, value] of this.typed) {
      const [id, block, action] = key.split(" ");
      if (id === view.id) (values[block] ??= {})[action] = value;
    }
    return values;
  }

  async submit(event, button) {
    event.preventDefault();
    if (!button || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    await this.client.act("submit", { view_id: this.view.id, values: this.values(this.view) }, true);
    button.ariaBusy = "false";
  }

  close(all = false) {
    if (this.view) this.client.act("close", { view_id: this.view.id, all });
  }

  keepFocus(event) {
    const all = [...this.veil.querySelectorAll("a[href],button,textarea,input,select")].filter((node) => node.offsetParent !== null);
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement === edge) {
      event.preventDefault();
      (event.shiftKey ? all.at(-1) : all[0])?.focus();
    }
  }
}
