#!lua
-- Notes that a sidecar lives, and counts those that do.
--
-- KEYS[1]  who lives
-- ARGV     the sidecar (16 characters), for how many milliseconds its word counts (0: it leaves)
-- returns  {how many live, 1 if the sidecar was known before or 0}
--
-- State: 24 bytes per sidecar: its name, and until when it counts (milliseconds since 1970, Redis' clock).
local ENTRY, LARGEST = 24, 4096 * 24

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local me, lasts = ARGV[1], tonumber(ARGV[2])

local state = redis.call('GET', KEYS[1]) or ''
local living, known, latest = {}, 0, now
for at = 1, #state, ENTRY do
  local name, ends = struct.unpack('<c16I8', state, at)
  if name == me then
    known = 1
  elseif ends > now then
    living[#living + 1] = string.sub(state, at, at + ENTRY - 1)
    latest = math.max(latest, ends)
  end
end
if lasts > 0 and #living * ENTRY < LARGEST then
  living[#living + 1] = me .. struct.pack('<I8', now + lasts)
  latest = math.max(latest, now + lasts)
end
-- The key ends with the last of them.
redis.call('SET', KEYS[1], table.concat(living), 'PX', math.max(latest - now, 1))
return { #living, known }
