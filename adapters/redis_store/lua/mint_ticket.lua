#!lua flags=allow-oom
-- ARGV: fence, ticket ms, then what is said, as for claim; only ticket and holder count.
local now = now_ms()
local record = read_record()
local said = record and not record.dead and said_under(record.ring, 3)
if not said or now >= record.exp or record.left < 1 or record.who ~= said.holder then
  return 'gone'
end
local shut = fence(record)
if shut then
  return shut
end
-- One at a time: a newer ticket replaces the older one.
redis.call('HSET', KEYS[1], 'tick', said.ticket, 'tickend', whole(now + tonumber(ARGV[2])))
return 'minted'
