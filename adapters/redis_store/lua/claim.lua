#!lua flags=allow-oom
-- ARGV: fence, grace ms, attempts, then for each ring key: number, link proof, pass proof, nonce, ticket, holder (hashed; '' where not said).
local grace, attempts, now = tonumber(ARGV[2]), tonumber(ARGV[3]), now_ms()

local function granted(record, claim, sealed, redelivered)
  return { 'granted', sealed, record.left, record.exp, redelivered, record.burn, claim.at, record.bound or '' }
end

local record = read_record()
local said = record and said_under(record.ring, 4)
if not said or said.link ~= record.link then
  return { 'gone' }
end
if record.dead then
  if record.dead == 'locked' and record.by == said.pass then
    wrote()
    return { 'wrong', 0, 1 }
  end
  return { 'gone' }
end
local claim = read_claim(said.nonce)
if not claim and now >= record.exp then
  return { 'gone' }
end
-- What is used up needs no fence: going back in time never takes a view away.
local shut = (claim or record.left > 0) and fence(record)
if shut then
  return { shut }
end

-- A known nonce: the same bytes again while its grace runs, also past expires_at, or nothing.
if claim then
  local sealed = redis.call('GET', KEYS[2])
  if sealed and now < claim.open_until and passphrase_fits(record, said) and (not record.bound or claim.ticket == said.ticket) then
    wrote()
    return granted(record, claim, sealed, 1)
  end
  return { 'gone' }
end

if not ticket_opens(record, said, now) then
  return { used_up_with(record, said) and 'gone' or 'ticket' }
end
if not passphrase_fits(record, said) then
  return refuse_passphrase(record, said, attempts, grace)
end
local sealed = record.left > 0 and redis.call('GET', KEYS[2])
if not sealed then
  return { 'gone' }
end

record.left = record.left - 1
claim = { open_until = now + grace, at = now, ticket = record.bound and said.ticket or '' }
redis.call('HSET', KEYS[1], 'left', record.left)
write_claim(said.nonce, claim)
-- The ticket now belongs to this claim alone; the guesses of others are forgiven.
redis.call('HDEL', KEYS[1], 'wrong', 'tick', 'tickend')
local keep_until = math.max(record.exp, claim.open_until)
redis.call('PEXPIREAT', KEYS[1], whole(math.max(keep_until, redis.call('PEXPIRETIME', KEYS[1]))))
redis.call('PEXPIREAT', KEYS[2], whole(record.left > 0 and keep_until or last_grace(now)))
return granted(record, claim, sealed, 0)
