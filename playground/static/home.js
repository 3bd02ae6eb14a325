// The app's Home tab, as the app published it for this person; live.
import { h, keepFocus } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { forgetClosed, viewWorld } from "./world.js";
import { words } from "./words.js";

export class Home {
  constructor(client) {
    this.client = client;
    this.typed = new Map();
    this.node = h("div", { class: "messages home", role: "tabpanel", tabindex: "0", "aria-label": words.home, hidden: true });
  }

  show(home) {
    forgetClosed(this.typed, home ? [home] : []);
    const spelled = home ? home.hash : "none";
    if (spelled !== this.shown) {
      this.shown = spelled;
      const restore = keepFocus(this.node);
      const scrolled = this.node.scrollTop;
      this.problem = h("p", { class: "error problem", role: "alert" });
      this.node.replaceChildren(...(home ? renderBlocks(home.blocks, viewWorld(this.client, home, this.typed)) : [h("p", { class: "empty" }, words.homeEmpty)]), this.problem);
      this.node.scrollTop = scrolled;
      restore(this.node);
    }
    this.problem.textContent = home?.problem ?? "";
  }
}
