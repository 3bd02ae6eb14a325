// The modals in front of one person, the top one shown. What is typed survives an update where the ids stay the same.
import { h, keepFocus, trapTab } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { forgetClosed, typedIn, viewWorld } from "./world.js";
import { words } from "./words.js";

export class Modal {
  constructor(veil, client) {
    this.veil = veil;
    this.client = client;
    this.view = null;
    this.typed = new Map();
    veil.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      if (event.key === "Tab") trapTab(this.veil, event);
    });
  }

  show(views) {
    const view = views.at(-1) ?? null;
    const known = this.view;
    this.view = view;
    forgetClosed(this.typed, views);
    if (!view) return known && this.end();
    if (!known) this.giveBack = keepFocus(this.client.inside);
    if (known?.id !== view.id || known.hash !== view.hash) this.build(view, views.length, known?.id === view.id);
    this.mark(view);
  }

  // The keyboard goes back to where it was before the first modal opened.
  end() {
    const hadFocus = this.veil.contains(document.activeElement);
    this.veil.hidden = true;
    this.veil.replaceChildren();
    this.client.inside.inert = false;
    if (!hadFocus) return;
    this.giveBack(this.client.restingPlace);
    if (document.activeElement === document.body) this.client.restingPlace.focus({ preventScroll: true });
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
      for (const control of place.parentElement.querySelectorAll("textarea,input,select")) control.setAttribute("aria-invalid", String(Boolean(said)));
    }
    this.problem.textContent = view.problem;
    if (fresh) this.veil.querySelector(".wrong :is(textarea,input,select)")?.focus();
  }

  build(view, depth, again) {
    const title = view.title?.text ?? "";
    const restore = keepFocus(this.veil);
    const scrolled = again ? this.veil.querySelector(".modal-body")?.scrollTop : 0;
    this.problem = h("p", { class: "error problem", role: "alert" });
    const submit = view.submit && h("button", { class: "button primary", type: "submit", "data-key": "submit" }, view.submit.text);
    const close = h("button", { class: "button", type: "button", "data-key": "close", onclick: () => this.close() }, depth > 1 ? words.back : (view.close?.text ?? words.close));
    const body = h("div", { class: "modal-body" }, renderBlocks(view.blocks, viewWorld(this.client, view, this.typed)));
    const form = h(
      "form",
      { novalidate: true, onsubmit: (event) => this.submit(event, submit) },
      h("header", {}, h("h3", {}, title), h("button", { class: "cross", type: "button", "aria-label": words.cross, onclick: () => this.close(true) }, "✕")),
      body,
      h("footer", {}, this.problem, close, submit),
    );
    this.veil.replaceChildren(h("div", { class: "modal", role: "dialog", "aria-modal": "true", "aria-label": title }, form));
    this.veil.dataset.depth = depth;
    this.veil.hidden = false;
    body.scrollTop = scrolled ?? 0;
    const first = form.querySelector("[data-autofocus]") ?? [...body.querySelectorAll("textarea,input,select")].find((field) => !field.value) ?? submit ?? body.querySelector("a,button") ?? close;
    if (again) restore(first);
    if (!form.contains(document.activeElement)) first.focus({ preventScroll: true });
    if (!again) this.veil.scrollIntoView({ block: "nearest" });
  }

  async submit(event, button) {
    event.preventDefault();
    if (!button || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    await this.client.act("submit", { view_id: this.view.id, values: typedIn(this.view, this.typed) }, true);
    button.ariaBusy = "false";
  }

  close(all = false) {
    if (this.view) this.client.act("close", { view_id: this.view.id, all });
  }
}
