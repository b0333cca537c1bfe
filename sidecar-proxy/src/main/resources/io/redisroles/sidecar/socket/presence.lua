-- Renews, adds and removes the WebSockets of one sidecar, and says of each user whether anybody is there: online if a sidecar
-- has a socket of the user's that was used lately, away if sidecars have only unused ones, offline if none has any.
-- A sidecar's word counts for its hold; a sidecar that is gone gives none, and its sockets' keys expire.
--
-- KEYS     for each user: presence, holds (a hash: sidecar -> state:end in ms since 1970), then the user's sockets, open and
--          closed
-- ARGV     lease, hold and memory of offline in ms, the sidecar; then for each user: name, policy, state, how many of the
--          sockets are open, how many are closed
-- returns  the state of each user
local lease, hold, memory, sidecar = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local now = clock()
local states = {}
local key, argument = 1, 5
while ARGV[argument] do
  local user, policy, mine = ARGV[argument], ARGV[argument + 1], ARGV[argument + 2]
  local open, closed = tonumber(ARGV[argument + 3]), tonumber(ARGV[argument + 4])
  local presence, holds = KEYS[key], KEYS[key + 1]
  argument, key = argument + 5, key + 2

  for i = key, key + open - 1 do
    if redis.call('PEXPIRE', KEYS[i], lease) == 0 then
      redis.call('HSET', KEYS[i], 'user', user, 'sidecar', sidecar, 'policy', policy)
      redis.call('PEXPIRE', KEYS[i], lease)
    end
  end
  key = key + open
  for i = key, key + closed - 1 do
    redis.call('DEL', KEYS[i])
  end
  key = key + closed

  if mine == 'offline' then
    redis.call('HDEL', holds, sidecar)
  else
    redis.call('HSET', holds, sidecar, mine .. ':' .. string.format('%.0f', now + hold))
  end
  local state = 'offline'
  local all = redis.call('HGETALL', holds)
  for i = 1, #all, 2 do
    local word, ends = string.match(all[i + 1], '^(%l+):(%d+)$')
    if not word or tonumber(ends) <= now then
      redis.call('HDEL', holds, all[i])
    elseif state ~= 'online' then
      state = word
    end
  end
  if state ~= 'offline' then
    redis.call('PEXPIRE', holds, lease)
  end
  redis.call('SET', presence, state, 'PX', state == 'offline' and memory or lease)
  states[#states + 1] = state
end
return states
