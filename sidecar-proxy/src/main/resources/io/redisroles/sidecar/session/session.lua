#!lua flags=allow-oom
-- Reads a session and keeps it alive. Only its expiry is ever written, so nothing that was revoked comes back.
-- Runs when Redis is full too (allow-oom): it needs no memory, and a full Redis must not log everybody out.
--
-- KEYS[1]  the session: a hash, or a string with a JSON object
-- ARGV     idle time-out in ms, longest life in ms, field of creation, field of the tier,
--          first sight in ms since 1970 (0: now), what it is ('session', 'token' or 'key'), what for: 'use'; 'pass' if how
--          long a token lives need not be told; 'look' to keep nothing alive
-- returns  {} if there is none or it has ended, else {user, tier, now in ms since 1970 ('': not told), ms until it ends (-1: open),
--          ms after which it is worth being kept alive again (-1: never), CSRF token, id of the token}
local key = KEYS[1]

-- A token whose record is the user's name and nothing else: no need of what follows.
if ARGV[6] == 'token' then
  local value = redis.pcall('GET', key)
  if not value then
    return {}
  end
  if type(value) == 'string' and value ~= '' and not string.find(value, '^%s*{') then
    local left = ARGV[7] == 'pass' and -1 or redis.call('PTTL', key)
    return { value, '', '', tostring(left), '-1', '', '' }
  end
end

local idle, life = tonumber(ARGV[1]), tonumber(ARGV[2])
local created_field, tier_field, first_seen = ARGV[3], ARGV[4], tonumber(ARGV[5])
local what, looks = ARGV[6], ARGV[7] == 'look'
local user_field = what == 'key' and 'owner' or 'user_id'

-- The value as text; numbers without exponent, everything else that is no text as absent.
local function text(value)
  if type(value) == 'string' then
    return value
  end
  if type(value) == 'number' then
    return string.format('%.14g', value)
  end
  return ''
end

-- User, tier, creation, CSRF token, id of the token.
local function read()
  local kind = redis.call('TYPE', key).ok
  if kind == 'hash' then
    local values = redis.call('HMGET', key, user_field, tier_field, created_field, 'csrf', 'token_id')
    return text(values[1]), text(values[2]), values[3], text(values[4]), text(values[5])
  end
  if kind == 'string' and what ~= 'key' then
    local value = redis.call('GET', key)
    if string.match(value, '^%s*{') then
      local parsed, object = pcall(cjson.decode, value)
      if parsed then
        return text(object.user_id), text(object[tier_field]), object[created_field], text(object.csrf), ''
      end
    end
  end
  return '', '', nil, '', ''
end

-- Days since 1970 of a date of the Gregorian calendar.
local function days(year, month, day)
  if month <= 2 then
    year, month = year - 1, month + 12
  end
  return 365 * year + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
    + math.floor((153 * (month - 3) + 2) / 5) + day - 719469
end

-- Milliseconds since 1970 of epoch seconds or ISO 8601 (UTC where no zone is given), nil for anything else.
local function instant(value)
  local seconds = tonumber(value)
  if seconds then
    return seconds * 1000
  end
  if type(value) ~= 'string' then
    return nil
  end
  local year, month, day, hour, minute, second, zone =
    string.match(value, '^(%d%d%d%d)-(%d%d)-(%d%d)[T ](%d%d):(%d%d):(%d%d)[.,]?%d*(.*)$')
  if not year then
    return nil
  end
  local offset = 0
  if zone ~= '' and zone ~= 'Z' and zone ~= 'z' then
    local sign, hours, minutes = string.match(zone, '^([+-])(%d%d):?(%d%d)$')
    if not sign then
      return nil
    end
    offset = (hours * 60 + minutes) * (sign == '+' and 60 or -60)
  end
  local day_number = days(tonumber(year), tonumber(month), tonumber(day))
  return (day_number * 86400 + hour * 3600 + minute * 60 + second - offset) * 1000
end

local function milliseconds(value)
  return string.format('%.0f', math.floor(value))
end

local user, tier, created_text, csrf, token_id = read()
if user == '' then
  return {}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl = redis.call('PTTL', key)
local created = created_text and instant(created_text)

if what ~= 'session' then -- how long it lives is its issuer's business, and the policy's where it says when it was made
  local left = created and created + life - now or math.huge
  if left <= 0 then
    return {}
  end
  left = math.min(left, ttl >= 0 and ttl or math.huge)
  return { user, tier, milliseconds(now), left == math.huge and '-1' or milliseconds(left), '-1', csrf, token_id }
end

local unknown = not created or created > now + 60000 -- a creation in the future would never end
if unknown then
  created = first_seen > 0 and first_seen or now
end
local left = created + life - now
if left <= 0 then
  return {}
end
-- Written once a minute at most, and not at all while the issuer gave it longer; half the idle time where that is short.
local target = math.floor(math.min(idle, left))
local enough = idle - math.min(60000, idle / 2)
if not looks and (ttl < 0 or (ttl < enough and ttl < target)) then
  redis.call('PEXPIRE', key, milliseconds(math.max(target, 1)))
  ttl = redis.call('PTTL', key) -- read again, because Redis forgets whom to tell of a key when it changes
end
local again = left <= idle and ttl >= target and -1 or math.max(ttl - enough, 0)
left = ttl >= 0 and math.min(ttl, left) or left
return { user, tier, milliseconds(now), milliseconds(left), milliseconds(again), csrf, '' }
