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

const FOCUSABLE = "a[href],button,textarea,input,select,[tabindex]";
export const focusable = (root) => [...root.querySelectorAll(FOCUSABLE)].filter((node) => node.checkVisibility() && !node.disabled && !node.closest("[inert]"));

// Keep the Tab key inside what lies in front.
export function trapTab(root, event) {
  const all = focusable(root);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0])?.focus();
}

const nameOf = (node) => node.getAttribute("aria-label") ?? node.textContent;

// Remember who has the keyboard inside `root`; call what this gives after a rebuild, and it is there again: on the same
// control, on its likeness, or on `otherwise`. Without a focus inside, nothing happens, so that no other place loses it.
export function keepFocus(root) {
  const held = document.activeElement;
  if (!root.contains(held)) return () => {};
  const { key, action } = held.dataset;
  const said = nameOf(held);
  const caret = [held.selectionStart, held.selectionEnd];
  return (otherwise) => {
    if (held.isConnected && root.contains(held)) return held.focus({ preventScroll: true });
    const all = focusable(root);
    const again = (key && all.find((node) => node.dataset.key === key)) ?? (action && all.find((node) => node.dataset.action === action && nameOf(node) === said));
    (again || otherwise)?.focus({ preventScroll: true });
    if (again && Number.isInteger(caret[0]) && Number.isInteger(again.selectionStart)) again.setSelectionRange(...caret);
  };
}

// Arrow keys walk through a row of tabs; only the chosen one is a Tab stop.
export function walkTabs(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const all = [...event.currentTarget.querySelectorAll("[role=tab]")];
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  event.preventDefault();
  next.focus();
  next.click();
}

// A menu below a button; the browser closes it on Escape and on clicks elsewhere.
export function openMenu(button, items) {
  if (!items.length) return;
  const menu = h(
    "div",
    { class: "menu", role: "menu", popover: "auto", "aria-label": nameOf(button) },
    items.map((item) =>
      item.href
        ? h("a", { role: "menuitem", href: safeHref(item.href), target: "_blank", rel: "noopener noreferrer", onclick: () => pick(item) }, item.label)
        : h("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onclick: () => pick(item) }, item.label, item.hint && h("span", { class: "hint" }, item.hint)),
    ),
  );
  const pick = (item) => {
    menu.hidePopover();
    button.focus({ preventScroll: true });
    item.act();
  };
  menu.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "closed") menu.remove();
  });
  menu.addEventListener("keydown", (event) => walkMenu(event, menu, button));
  button.after(menu);
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const height = menu.offsetHeight;
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${at.bottom + height + 8 > innerHeight ? Math.max(8, at.top - height - 4) : at.bottom + 4}px`;
  menu.firstElementChild?.focus();
}

function walkMenu(event, menu, button) {
  if (event.key === "Escape" || event.key === "Tab") {
    event.stopPropagation(); // the modal behind the menu stays
    event.preventDefault();
    menu.hidePopover();
    button.focus({ preventScroll: true });
    return;
  }
  const all = [...menu.children];
  const now = all.indexOf(document.activeElement);
  const next = { ArrowDown: (now + 1) % all.length, ArrowUp: (now - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  all[next].focus();
}
