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

-- New ones first, but never all: while a platform is away, neither what is new nor what was left may starve the other.
local most = tonumber(ARGV[1])
local read = redis.call('XREADGROUP', 'GROUP', 'keepers', 'all', 'COUNT', math.ceil(most * 3 / 4), 'STREAMS', KEYS[1], '>')
local fresh = read and read[1][2] or {}
tell(fresh, 0)
if #fresh < most then
  tell(redis.call('XAUTOCLAIM', KEYS[1], 'keepers', 'all', ARGV[2], '0', 'COUNT', most - #fresh)[2], 1)
end
return told
