#!lua flags=allow-oom
-- ARGV: fence, until (ms). The sender's wish: it lives until then at least. Gives back when it expires now; nothing if it is gone or used up.
-- No fence here on purpose: what is held stays held, only longer, and is still judged by the generation that it was made on.
local record = read_record() -- a tombstone has no view left either
if not record or record.left < 1 or now_ms() >= record.exp then
  return false
end
local later = tonumber(ARGV[2])
if later <= record.exp then
  wrote()
  return record.exp
end
redis.call('HSET', KEYS[1], 'exp', whole(later))
-- A grace that outlasts even this has set its own end already: no key ever dies earlier than it would have.
for _, key in ipairs(KEYS) do
  redis.call('PEXPIREAT', key, whole(math.max(later, redis.call('PEXPIRETIME', key))))
end
return later
