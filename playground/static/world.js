// What the blocks of a view or a message ask of the one who shows them:
//   facts, conversations             who and what there is
//   held, hold                       what is typed or chosen in an element now; keep something else
//   labelOf, learn                   the words of an option that only the app knows
//   press, choose, suggest, confirm  tell the app, ask the app, ask the person
//   key                              the element's name in this place, the same after each rebuild
const INITIAL = ["initial_value", "initial_user", "initial_users", "initial_conversation", "initial_conversations", "initial_channel", "initial_channels", "initial_date", "initial_time", "initial_date_time"];
const spell = (...parts) => JSON.stringify(parts);

// A modal or Home tab. `typed` outlives its rebuilds: what was typed stays where the ids stay the same.
export function viewWorld(client, view, typed) {
  const key = (block, element) => spell(view.id, block.block_id, element.action_id, element.type);
  const where = (block, element) => ({ view_id: view.id, values: typedIn(view, typed), block_id: block.block_id, action_id: element.action_id });
  return {
    ...shared(client),
    key,
    held: (block, element) => (typed.has(key(block, element)) ? typed.get(key(block, element)) : view.values[block.block_id]?.[element.action_id]),
    hold: (block, element, value) => typed.set(key(block, element), value),
    labelOf: (value) => client.labels.get(value) ?? view.labels[value] ?? value,
    press: (block, element, option, button) => client.press({ view_id: view.id, values: typedIn(view, typed) }, block, element, option, button),
    choose: (block, element, value) => client.act("choose", { ...where(block, element), value }),
    suggest: (block, element, said) => suggested(client, { view_id: view.id }, block, element, said),
  };
}

export function typedIn(view, typed) {
  const values = {};
  for (const [key, value] of typed) {
    const [id, block, action] = JSON.parse(key);
    if (id === view.id) (values[block] ??= {})[action] = value;
  }
  return values;
}

// What was typed into views that are no longer there is forgotten.
export function forgetClosed(typed, views) {
  const open = new Set(views.map((view) => view.id));
  for (const key of typed.keys()) if (!open.has(JSON.parse(key)[0])) typed.delete(key);
}

export function messageWorld(client, message) {
  const where = { channel: message.channel, ts: message.ts };
  const held = new Map();
  const key = (block, element) => spell(message.ts, block.block_id, element.action_id);
  return {
    ...shared(client),
    key,
    held: (block, element) => (held.has(key(block, element)) ? held.get(key(block, element)) : initial(element)),
    hold: (block, element, value) => held.set(key(block, element), value),
    labelOf: (value) => client.labels.get(value) ?? value,
    press: (block, element, option, button) => client.press(where, block, element, option, button),
    choose: (block, element, value) => client.act("choose", { ...where, block_id: block.block_id, action_id: element.action_id, value }),
    suggest: (block, element, said) => suggested(client, where, block, element, said),
  };
}

// What the app offers for what was typed; null when it did not answer.
async function suggested(client, where, block, element, typed) {
  const { offered } = await client.act("suggest", { ...where, block_id: block.block_id, action_id: element.action_id, typed });
  return Object.keys(offered ?? {}).length ? offered : null;
}

const shared = (client) => ({
  facts: client.facts,
  conversations: client.mine.conversations,
  learn: (value, text) => client.labels.set(value, text),
  confirm: (asked) => client.confirm(asked),
});

const initial = (element) => element.initial_option?.value ?? element.initial_options?.map((option) => option.value) ?? INITIAL.map((name) => element[name]).find((value) => value !== undefined) ?? null;
