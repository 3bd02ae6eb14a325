#!lua flags=allow-oom
-- The sender's wish: whoever has the link may open it. 1 if it is there, bound or not.
-- What is spent stays spent and what is held stays held: neither views nor generation are touched. A ticket that is still about
-- is simply not looked at any more, and without a holder no other is minted.
local record = read_record()
if not record or record.dead then
  return 0
end
redis.call('HDEL', KEYS[1], 'bound', 'who', 'tick', 'tickend')
wrote()
return 1
