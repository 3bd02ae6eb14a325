// "Are you sure?", in the app's words, in front of everything else of one person.
import { h, keepFocus, trapTab } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { safeHref } from "./dom.js";

// Resolves to true or false. With `url`, the button that confirms is a link there, opened in a tab of its own.
export function askFirst(client, asked, url) {
  return new Promise((answer) => {
    const giveBack = keepFocus(client.node);
    const end = (yes) => {
      layer.remove();
      client.confirming = client.veil.inert = false;
      client.inside.inert = client.mine.views.length > 0;
      giveBack(client.restingPlace);
      answer(yes);
    };
    const look = { class: `button ${asked.style ?? "primary"}`, onclick: () => end(true) };
    const yes = url ? h("a", { ...look, href: safeHref(url), target: "_blank", rel: "noopener noreferrer" }, asked.confirm.text) : h("button", { ...look, type: "button" }, asked.confirm.text);
    const no = h("button", { class: "button", type: "button", onclick: () => end(false) }, asked.deny.text);
    const box = h(
      "div",
      { class: "modal small", role: "alertdialog", "aria-modal": "true", "aria-label": asked.title.text },
      h("header", {}, h("h3", {}, asked.title.text)),
      h("div", { class: "modal-body" }, h("div", { class: "b-text" }, textObject(asked.text, client.facts))),
      h("footer", {}, no, yes),
    );
    const key = (event) => {
      if (event.key === "Escape") end(false);
      if (event.key === "Tab") trapTab(box, event);
    };
    const layer = h("div", { class: "veil", onkeydown: key }, box);
    client.confirming = client.veil.inert = client.inside.inert = true;
    client.veil.after(layer);
    no.focus();
  });
}
