#!lua
-- ARGV: lifetime ms, wrapped sealed bytes, hash of what was made, then pairs of field and value.
-- No allow-oom on purpose: when memory is full, creating is refused and claiming still works.
if redis.call('EXISTS', KEYS[1]) == 1 then
  local f = redis.call('HMGET', KEYS[1], 'made', 'exp')
  if f[1] == ARGV[3] then
    return tonumber(f[2]) -- the very same push, kept a moment ago: the answer was lost, not the push
  end
  return false
end
-- The generation is read here and not passed in: a failover between reading and writing would make it a lie.
local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local replid = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
local expires_at = now_ms() + tonumber(ARGV[1])
redis.call('HSET', KEYS[1], 'gen', run_id .. ':' .. replid, 'made', ARGV[3], 'exp', whole(expires_at), unpack(ARGV, 4))
redis.call('PEXPIREAT', KEYS[1], whole(expires_at))
redis.call('SET', KEYS[2], ARGV[2], 'PXAT', whole(expires_at))
return expires_at
