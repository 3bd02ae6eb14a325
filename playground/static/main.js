// The page: steps on top, people’s clients side by side, the preview robot below.
import { h, keepFocus, walkTabs } from "./dom.js";
import { Client } from "./client.js";
import { badge } from "./people.js";
import { words } from "./words.js";

const at = (id) => document.getElementById(id);
const TYPED_BY = "U0ALICE"; // whose first draft is there already
const SEATS = 2; // how many sit side by side at first

async function send(gesture) {
  try {
    const response = await fetch("/act", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(gesture) });
    return await response.json();
  } catch {
    return { ok: false, problem: words.away };
  }
}

const clients = new Map();
const seats = new Set();
let shown = null;
let front = null;

const command = () => shown?.commands[0]?.name ?? "/pushpw";
const firstDraft = (user) => (room) => (user === TYPED_BY && room.kind === "channel" && room.name === "general" ? `${command()} @bob` : "");

// Wide screens show who is seated, side by side; narrow ones show who is in front.
function arrange() {
  for (const [id, client] of clients) {
    client.node.classList.toggle("behind", id !== front);
    client.node.classList.toggle("unseated", !seats.has(id));
    const tab = at(`tab-${id}`);
    tab?.setAttribute("aria-selected", String(id === front));
    tab?.setAttribute("tabindex", id === front ? "0" : "-1");
    at(`seat-${id}`)?.setAttribute("aria-pressed", String(seats.has(id)));
  }
  if (shown) showWaiting(shown);
}

function bringToFront(user) {
  front = user;
  seats.add(user);
  arrange();
  clients.get(user).show(shown);
}

function takeSeat(user) {
  if (!seats.delete(user)) seats.add(user);
  else if (!seats.size) seats.add(user); // somebody has to be there
  arrange();
  if (seats.has(user)) clients.get(user).show(shown);
}

// People may come and go while the page is open.
function showPeople(facts) {
  const ids = Object.keys(facts.clients);
  const spelled = JSON.stringify(ids.map((id) => facts.people[id]));
  if (spelled === showPeople.spelled) return;
  showPeople.spelled = spelled;
  for (const [id, client] of clients) if (!ids.includes(id)) (client.node.remove(), clients.delete(id), seats.delete(id));
  for (const id of ids) {
    if (clients.has(id)) continue;
    const client = new Client(id, send, firstDraft(id));
    clients.set(id, client);
    at("clients").append(client.node);
    if (seats.size < SEATS) seats.add(id);
  }
  if (!clients.has(front)) front = ids[0];
  const named = (id) => [facts.people[id].real_name, " ", badge(facts.people[id], true)];
  const restore = keepFocus(document.body);
  at("tabs").replaceChildren(...ids.map((id) => h("button", { type: "button", role: "tab", id: `tab-${id}`, "data-key": `tab-${id}`, "aria-controls": `client-${id}`, onclick: () => bringToFront(id) }, named(id))));
  at("seats").replaceChildren(h("span", { class: "soft", "aria-hidden": "true" }, words.seatsShort), ...ids.map((id) => h("button", { type: "button", id: `seat-${id}`, "data-key": `seat-${id}`, onclick: () => takeSeat(id) }, named(id))));
  at("seats").hidden = ids.length <= SEATS;
  arrange();
  restore();
}

function buildTop() {
  const startOver = h("button", { class: "button", type: "button", onclick: begin }, words.startOver);
  at("top").append(
    h("div", { class: "top-line" }, h("h1", {}, words.title), h("span", { class: "pretend" }, words.pretend), startOver),
    h("p", {}, words.intro),
    h("p", { class: "away", id: "away", role: "alert", hidden: true }, words.away),
  );
}

function buildBottom() {
  const [before, command, after] = words.teams;
  at("elsewhere").append(before, h("code", {}, command), after);
}

async function begin() {
  for (const client of clients.values()) client.startOver();
  await send({ gesture: "start_over" });
}

// A dot at whoever has something to read that was written to them alone.
function showWaiting(facts) {
  for (const [id, client] of clients) {
    const waiting = facts.clients[id]?.conversations.some((c) => c.unread && c.kind !== "channel") && !client.visible;
    for (const place of ["tab", "seat"]) at(`${place}-${id}`)?.classList.toggle("unread", waiting);
  }
}

function showSteps(facts) {
  const finished = (step) => step.needs.every((need) => facts.steps[need]);
  const current = words.steps.findIndex((step) => !finished(step));
  const spelled = JSON.stringify(facts.steps);
  if (spelled === showSteps.spelled) return;
  showSteps.spelled = spelled;
  at("steps").replaceChildren(...words.steps.map((step, index) => stepNode(step, index, finished(step), index === current, facts)));
}

function stepNode(step, index, isDone, isNext, facts) {
  const parts = step.needs.length > 1 && h("span", { class: "parts" }, step.needs.map((need) => h("span", { class: facts.steps[need] ? "part done" : "part" }, words.parts[need], facts.steps[need] && h("span", { "aria-label": words.done }, "✓"))));
  const go = () => (bringToFront(step.who), clients.get(step.who).openKind(step.kind));
  const help = isNext && step.kind === "app" ? h("button", { type: "button", class: "go", onclick: go }, step.help) : step.help;
  return h(
    "li",
    { class: isDone ? "step done" : isNext ? "step next" : "step", "aria-current": isNext ? "step" : undefined },
    h("span", { class: "number", "aria-hidden": "true" }, isDone ? "✓" : String(index + 1)),
    h("div", {}, h("p", { class: "step-title" }, step.title, isDone && h("span", { class: "sr" }, ` (${words.done})`)), h("p", { class: "step-help" }, help), parts),
  );
}

function showRobot(facts) {
  const robot = facts.robot;
  const spelled = JSON.stringify(robot);
  if (spelled === showRobot.spelled) return;
  showRobot.spelled = spelled;
  const open = new Set([...at("robot").querySelectorAll("details[open]")].map((node) => node.dataset.url));
  const eager = h("input", { type: "checkbox", id: "eager", onchange: (event) => send({ gesture: "robot", eager: event.target.checked }) });
  eager.checked = robot.eager;
  const focused = document.activeElement?.id === "eager";
  const places = Map.groupBy ? Map.groupBy(robot.visits, (visit) => visit.url) : grouped(robot.visits);
  at("robot").replaceChildren(
    h("h2", {}, words.robot.title),
    h("p", {}, words.robot.what),
    h("label", { class: "choice" }, eager, h("span", {}, words.robot.eager)),
    h("p", { class: "verdict", role: "status" }, verdict(robot, places.size)),
    places.size > 0 ? h("p", { class: "soft" }, words.robot.fragment) : "",
    ...[...places].map(([url, visits]) => placeNode(url, visits, open.has(url))),
  );
  if (focused) at("eager").focus();
}

function grouped(visits) {
  const made = new Map();
  for (const visit of visits) made.set(visit.url, [...(made.get(visit.url) ?? []), visit]);
  return made;
}

function verdict(robot, places) {
  if (!places) return words.robot.nothing;
  const spent = robot.spent === null ? words.robot.unknownSpent : words.robot.spent(robot.spent);
  return [words.robot.fetched(robot.visits.length, places), " ", h("b", { class: robot.spent ? "bad" : "good" }, spent)];
}

function placeNode(url, visits, open) {
  const cell = (text) => h("td", {}, text);
  const rows = visits.map((v) => h("tr", {}, cell(v.method), cell([v.agent.replace(/ \(\+.*\)$/, ""), v.note && h("span", { class: "soft" }, ` ${v.note}`)]), cell(v.status ? String(v.status) : words.robot.noAnswer)));
  const heads = ["method", "agent", "status"].map((name) => h("th", { scope: "col" }, words.robot[name]));
  const title = h("summary", {}, h("code", {}, new URL(url).pathname), h("span", { class: "soft" }, ` ${visits.length} × · ${words.robot.where} ${visits[0].where}`));
  return h("details", { "data-url": url, open }, title, h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows)));
}

function show(facts) {
  shown = facts;
  showPeople(facts);
  showSteps(facts);
  for (const client of clients.values()) client.show(facts);
  showWaiting(facts);
  showRobot(facts);
}

buildTop();
buildBottom();
at("seats").setAttribute("aria-label", words.seats);
at("tabs").setAttribute("aria-label", words.seats);
at("tabs").addEventListener("keydown", walkTabs);
const live = new EventSource("/live");
live.onmessage = (event) => {
  at("away").hidden = true;
  show(JSON.parse(event.data));
};
live.onerror = () => (at("away").hidden = false);
