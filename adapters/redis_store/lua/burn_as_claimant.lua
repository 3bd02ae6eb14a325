#!lua flags=allow-oom
-- ARGV: as for claim. A granted nonce is enough; without one, everything that a claim needs.
local grace, attempts, now = tonumber(ARGV[2]), tonumber(ARGV[3]), now_ms()
local record = read_record()
local said = record and said_under(record.ring, 4)
if not said then
  return { 'gone' }
end
if record.dead then
  if record.dead == 'burned' and record.by == said.nonce then
    wrote()
    return { 'burned' }
  end
  if record.dead == 'locked' and record.by == said.pass and record.link == said.link then
    wrote()
    return { 'wrong', 0, 1 }
  end
  return { 'gone' }
end
if record.burn ~= 1 then
  return { 'gone' }
end
if not read_claim(said.nonce) then
  if said.link ~= record.link or now >= record.exp then
    return { 'gone' }
  end
  local shut = record.left > 0 and fence(record)
  if shut then
    return { shut }
  end
  if not ticket_opens(record, said, now) then
    return { 'ticket' }
  end
  if not passphrase_fits(record, said) then
    return refuse_passphrase(record, said, attempts, grace)
  end
  if record.left < 1 then
    return { 'gone' }
  end
end
end_push(record, 'burned', said.nonce, grace)
return { 'burned' }
