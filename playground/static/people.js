// Who somebody is, at a glance: a letter, and a word for those who are not simply members.
import { h } from "./dom.js";
import { words } from "./words.js";

export const avatar = (name, id, person) => h("span", { class: `avatar avatar-${person?.kind === "app" ? "app" : id}`, "aria-hidden": "true" }, name.slice(0, 1).toUpperCase());

// `always`: also tells of admins, which matters where one chooses whom to be.
export function badge(person, always = false) {
  const quiet = !person || person.kind === "member" || (person.kind === "admin" && !always);
  return quiet ? null : h("span", { class: `badge badge-${person.kind}` }, words.kinds[person.kind]);
}
