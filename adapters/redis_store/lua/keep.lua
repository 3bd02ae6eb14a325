#!lua
-- ARGV: fence, lifetime ms, wrapped sealed bytes, hash of what was made, part of maxmemory in percent, then pairs of field and value.
-- No allow-oom on purpose: when memory is full, creating is refused and claiming still works.
if redis.call('EXISTS', KEYS[1]) == 1 then
  local f = redis.call('HMGET', KEYS[1], 'made', 'exp')
  if f[1] == ARGV[4] then
    wrote()
    return tonumber(f[2]) -- the very same push, kept a moment ago: the answer was lost, not the push
  end
  return false
end
-- Refused with room to spare: what claims, receipts and tickets still have to write must find its place.
local memory = redis.call('INFO', 'memory')
local most = tonumber(string.match(memory, 'maxmemory:(%d+)'))
if most > 0 and tonumber(string.match(memory, 'used_memory:(%d+)')) >= most * tonumber(ARGV[5]) / 100 then
  return 'full'
end
if fence() then
  return fence()
end
local expires_at = now_ms() + tonumber(ARGV[2])
-- The generation is read here and not passed in: a failover between reading and writing would make it a lie.
redis.call('HSET', KEYS[1], 'gen', (generation()), 'made', ARGV[4], 'exp', whole(expires_at), unpack(ARGV, 6))
redis.call('PEXPIREAT', KEYS[1], whole(expires_at))
redis.call('SET', KEYS[2], ARGV[3], 'PXAT', whole(expires_at))
return expires_at
