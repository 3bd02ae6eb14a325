#!lua flags=allow-oom
-- ARGV: fence, then what is said, for each ring key, as for claim; only the nonce counts.
local now = now_ms()
local record = read_record()
local said = record and said_under(record.ring, 2)
local claim = said and read_claim(said.nonce)
if not claim or claim.open_until == 0 then
  return 0
end
claim.open_until = 0
write_claim(said.nonce, claim)
if record.left < 1 then
  local last = last_grace(now)
  if last == 0 then
    redis.call('DEL', KEYS[2])
  else
    redis.call('PEXPIREAT', KEYS[2], whole(last))
  end
end
return 1
