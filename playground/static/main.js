// The page: steps on top, two clients side by side, the preview robot below.
import { h } from "./dom.js";
import { Client } from "./client.js";
import { words } from "./words.js";

const at = (id) => document.getElementById(id);
const ME = { alice: "U0ALICE", bob: "U0BOB" };

async function send(gesture) {
  try {
    const response = await fetch("/act", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(gesture) });
    return await response.json();
  } catch {
    return { ok: false, problem: words.away };
  }
}

const clients = {
  [ME.alice]: new Client(ME.alice, send, (room) => (room.kind === "channel" && room.name === "general" ? `${command()} @bob` : "")),
  [ME.bob]: new Client(ME.bob, send, () => ""),
};
let shown = null;
let front = ME.alice;

const command = () => shown?.commands[0]?.name ?? "/pushpw";

function bringToFront(user) {
  front = user;
  for (const [id, client] of Object.entries(clients)) {
    client.node.classList.toggle("behind", id !== user);
    document.getElementById(`tab-${id}`)?.setAttribute("aria-selected", String(id === user));
  }
  if (shown) clients[user].show(shown);
}

function buildTop() {
  const startOver = h("button", { class: "button", type: "button", onclick: begin }, words.startOver);
  at("top").append(
    h("div", { class: "top-line" }, h("h1", {}, words.title), h("span", { class: "pretend" }, words.pretend), startOver),
    h("p", {}, words.intro),
    h("p", { class: "away", id: "away", role: "alert", hidden: true }, words.away),
  );
}

async function begin() {
  for (const client of Object.values(clients)) client.startOver();
  await send({ gesture: "start_over" });
}

function showTabs(facts) {
  const bar = at("tabs");
  if (!bar.hasChildNodes()) {
    bar.append(...Object.keys(clients).map((id) => h("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `client-${id}`, onclick: () => bringToFront(id) }, facts.people[id].real_name)));
    bringToFront(front);
  }
  for (const id of Object.keys(clients)) {
    const waiting = facts.clients[id].conversations.some((c) => c.unread) && id !== front;
    at(`tab-${id}`).classList.toggle("unread", waiting);
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
  const go = () => (bringToFront(step.who), clients[step.who].openKind(step.kind));
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
    places.size > 0 && h("p", { class: "soft" }, words.robot.fragment),
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
  showTabs(facts);
  showSteps(facts);
  for (const client of Object.values(clients)) client.show(facts);
  showRobot(facts);
}

buildTop();
at("clients").append(...Object.values(clients).map((client) => client.node));
const live = new EventSource("/live");
live.onmessage = (event) => {
  at("away").hidden = true;
  show(JSON.parse(event.data));
};
live.onerror = () => (at("away").hidden = false);
