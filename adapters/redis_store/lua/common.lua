-- Put below the first line of the scripts that judge a push. KEYS[1] is its record, KEYS[2] its sealed bytes.
-- ARGV[1] is how the fence stands: 'strict' (on), 'off' (the operator's word), or a run id and generations: for as long as this
-- very run of the server goes on without a replica, as it did when its facts were read, what was made on those is not held.
-- Record: gen, ring, link, pass?, made, left, exp, burn, bound?, who?, wrong?, tick?, tickend?, again?,
--         'c:' .. nonce hash = "<grace end> <claimed at> <ticket hash>", grace end 0 once acknowledged.
-- After its end a record may be a tombstone for one grace: gen, ring, link, dead, by. It only lets a repeated call hear the same answer.
-- Comparing with == is safe: both sides are hashes under a key that no claimant has.

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Who this server is just now. The run id alone would not do: after failover and failback the old master carries the old one.
local function generation()
  local info = redis.call('INFO', 'server') .. redis.call('INFO', 'replication')
  local run_id = string.match(info, 'run_id:(%x+)')
  local attached = tonumber(string.match(info, 'connected_slaves:(%d+)')) > 0 or string.match(info, 'repl_backlog_active:1')
  return run_id .. ':' .. string.match(info, 'master_replid:(%x+)'), run_id, attached
end

-- 'held' if nobody may claim until the sender agrees; 'ask' if the facts must be read anew before that can be said.
-- Without a record: only whether to ask. What is made or released on a generation that was never noted down would be held later.
local function fence(record)
  if not ARGV[1] or ARGV[1] == 'off' or (ARGV[1] == 'strict' and not record) then
    return nil
  end
  local current, run_id, attached = generation()
  if ARGV[1] ~= 'strict' and (run_id ~= string.match(ARGV[1], '^%x+') or attached) then
    return 'ask'
  end
  if not record or record.gen == current then
    return nil
  end
  return (ARGV[1] == 'strict' or not string.find(ARGV[1], ' ' .. record.gen .. ' ', 1, true)) and 'held' or nil
end

-- An answer that only repeats an act still writes: WAIT speaks of what was written, and the act itself may not be everywhere yet.
local function wrote()
  if redis.call('EXISTS', KEYS[1]) == 1 then
    redis.call('HINCRBY', KEYS[1], 'again', 1)
  else
    redis.call('SET', KEYS[2], '') -- both travel to the replicas, and neither leaves anything
    redis.call('DEL', KEYS[2])
  end
end

local function whole(number)
  return string.format('%.0f', number)
end

local function read_record()
  local f = redis.call('HMGET', KEYS[1], 'ring', 'link', 'pass', 'left', 'exp', 'burn', 'bound', 'who', 'wrong', 'tick', 'tickend', 'dead', 'by', 'gen')
  if not f[1] then
    return nil
  end
  return {
    ring = f[1], link = f[2], pass = f[3], left = tonumber(f[4] or 0), exp = tonumber(f[5] or 0), burn = tonumber(f[6] or 0),
    bound = f[7], who = f[8], wrong = f[9] or '', tick = f[10], tickend = tonumber(f[11] or 0), dead = f[12], by = f[13], gen = f[14],
  }
end

-- What the caller said, hashed under the ring key that the record was made with; nil if that key has left the ring.
local function said_under(ring, first)
  for at = first, #ARGV, 6 do
    if ARGV[at] == ring then
      return { link = ARGV[at + 1], pass = ARGV[at + 2], nonce = ARGV[at + 3], ticket = ARGV[at + 4], holder = ARGV[at + 5] }
    end
  end
  return nil
end

local function parse_claim(kept)
  local until_, at, ticket = string.match(kept, '^(%d+) (%d+) (.*)$')
  return { open_until = tonumber(until_), at = tonumber(at), ticket = ticket }
end

local function read_claim(nonce)
  local kept = redis.call('HGET', KEYS[1], 'c:' .. nonce)
  return kept and parse_claim(kept) or nil
end

local function write_claim(nonce, claim)
  redis.call('HSET', KEYS[1], 'c:' .. nonce, whole(claim.open_until) .. ' ' .. whole(claim.at) .. ' ' .. claim.ticket)
end

local function all_claims()
  local claims, all = {}, redis.call('HGETALL', KEYS[1])
  for at = 1, #all, 2 do
    if string.sub(all[at], 1, 2) == 'c:' then
      claims[#claims + 1] = parse_claim(all[at + 1])
    end
  end
  return claims
end

-- When the last open grace ends; 0 if none is open.
local function last_grace(now)
  local last = 0
  for _, claim in ipairs(all_claims()) do
    if claim.open_until > now and claim.open_until > last then
      last = claim.open_until
    end
  end
  return last
end

-- Nothing is left, and this very ticket was part of it: a new ticket would not help its holder, so they may hear "gone".
-- Whoever never had a ticket that opened learns nothing from it.
local function used_up_with(record, said)
  if record.left > 0 or said.ticket == '' then
    return false
  end
  for _, claim in ipairs(all_claims()) do
    if claim.ticket == said.ticket then
      return true
    end
  end
  return false
end

local function end_push(record, how, by, grace)
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[1], 'gen', record.gen, 'ring', record.ring, 'link', record.link, 'dead', how, 'by', by)
  redis.call('PEXPIRE', KEYS[1], grace)
end

local function ticket_opens(record, said, now)
  return not record.bound or (said.ticket ~= '' and record.tick == said.ticket and now < record.tickend)
end

local function passphrase_fits(record, said)
  return not record.pass or record.pass == said.pass
end

-- Counts distinct wrong proofs: a repeat, or no proof at all, costs nothing.
local function refuse_passphrase(record, said, most, grace)
  local count = #record.wrong / 32
  local known = said.pass == ''
  for at = 1, #record.wrong, 32 do
    known = known or string.sub(record.wrong, at, at + 31) == said.pass
  end
  if known then
    wrote()
    return { 'wrong', most - count, 0 }
  end
  if count + 1 >= most then
    end_push(record, 'locked', said.pass, grace)
    return { 'wrong', 0, 1 }
  end
  redis.call('HSET', KEYS[1], 'wrong', record.wrong .. said.pass)
  return { 'wrong', most - count - 1, 1 }
end
