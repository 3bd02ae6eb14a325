#!lua flags=allow-oom
-- KEYS: what was met just now. ARGV: for each our mark and its lifetime in ms. Gives back, for each, the mark that stood there before, or nothing.
-- allow-oom on purpose: without it no bound push could be opened, and nothing burned from chat, while claims work.
-- A mark is a few bytes that go by themselves, and only what is signed gets here.
local before = {}
for at, key in ipairs(KEYS) do
    before[at] = redis.call('SET', key, ARGV[2 * at - 1], 'NX', 'GET', 'PX', ARGV[2 * at])
end
return before
