#!lua flags=no-writes
-- What is known of a live push: views left, expires at, generation, distinct wrong proofs, held.
local record = read_record()
if not record or record.dead then
  return {}
end
local shut = fence(record)
if shut == 'ask' then
  return { shut }
end
return { record.left, record.exp, record.gen, #record.wrong / 32, shut and 1 or 0 }
