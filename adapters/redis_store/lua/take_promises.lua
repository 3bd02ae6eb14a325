#!lua flags=allow-oom
-- KEYS[1] the stream; ARGV: how many at most, lease ms. All processes are one consumer: what was lent and not done comes again to any.
-- Gives back the time in seconds, then for each promise: its number, the sealed promise, and 1 if it was lent before.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 0 }
end
redis.pcall('XGROUP', 'CREATE', KEYS[1], 'keepers', '0') -- an error says that it is there
local told = { tonumber(redis.call('TIME')[1]) }
local function tell(entries, again)
  for _, entry in ipairs(entries) do
    told[#told + 1] = entry[1]
    told[#told + 1] = entry[2][2]
    told[#told + 1] = again
  end
end

local most = tonumber(ARGV[1])
local lent = redis.call('XAUTOCLAIM', KEYS[1], 'keepers', 'all', ARGV[2], '0', 'COUNT', most)[2]
tell(lent, 1)
if #lent < most then
  local fresh = redis.call('XREADGROUP', 'GROUP', 'keepers', 'all', 'COUNT', most - #lent, 'STREAMS', KEYS[1], '>')
  tell(fresh and fresh[1][2] or {}, 0)
end
return told
