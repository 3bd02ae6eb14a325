// Elements are made here and nowhere else: text always goes in as text.
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name === "class" ? "class" : name, value === true ? "" : String(value));
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

let numbers = 0;
export const freshId = (word) => `${word}-${++numbers}`;

// Only addresses that a browser should follow from chat.
export const safeHref = (url) => (/^(https?:\/\/|mailto:)/.test(url) ? url : undefined);

// A menu below a button; the browser closes it on Escape and on clicks elsewhere.
export function openMenu(button, items) {
  if (!items.length) return;
  const menu = h(
    "div",
    { class: "menu", role: "menu", popover: "auto" },
    items.map((item) =>
      item.href
        ? h("a", { role: "menuitem", href: safeHref(item.href), target: "_blank", rel: "noopener noreferrer", onclick: () => pick(item) }, item.label)
        : h("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onclick: () => pick(item) }, item.label),
    ),
  );
  const pick = (item) => {
    menu.hidePopover();
    item.act();
  };
  menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.remove());
  menu.addEventListener("keydown", (event) => {
    const all = [...menu.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  button.after(menu);
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const height = menu.offsetHeight;
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${at.bottom + height + 8 > innerHeight ? at.top - height - 4 : at.bottom + 4}px`;
  menu.firstElementChild?.focus();
}
