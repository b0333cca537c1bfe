#!lua
-- Decides all limits of one request: every one admits and is debited, or none is. The window is cut into 50 sub-windows;
-- a debit counts until its sub-window has left whole, so no window of the period ever holds more than its limit.
-- SlidingWindow.java is the same algorithm; a test compares the two decision by decision.
--
-- KEYS[i]  one counter per limit
-- ARGV     four per key: sub-window in microseconds, requests admitted in any window, cost, bytes per counter (1, 2, 4)
-- returns  {1 admitted or 0 denied, then two per key: remaining, microseconds until the cost fits (where it does not)
--          or the oldest counted sub-window leaves (0: nothing is counted)}
--
-- State of a key: header, then a ring of 52 counters; slot n (n-th sub-window since 1970) has the counter n mod 52.
-- Counted are the slots newest - 50 to newest; the one after the newest is free for debits ahead of time.
local RING = 52
local HEADER = '<BI8I8I4B' -- bytes per counter, sub-window, newest slot, total, age of the oldest counted slot
local HEADER_BYTES = 22

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function layout(width)
  return '<' .. string.rep('I' .. width, RING)
end

local function counters_of(window)
  if not window.counters then
    if window.state then
      window.counters = { struct.unpack(layout(window.stored_width), window.state, HEADER_BYTES + 1) }
    else
      window.counters = {}
      for i = 1, RING do
        window.counters[i] = 0
      end
    end
  end
  return window.counters
end

-- The oldest slot from `slot` on with something counted; only called when there is one.
local function oldest_from(window, slot)
  local counters = counters_of(window)
  while counters[slot % RING + 1] == 0 do
    slot = slot + 1
  end
  return slot
end

-- Lets the slots leave that are too old for `slot`.
local function advance(window, slot)
  local counters = counters_of(window)
  for leaving = window.slot - 50, math.min(slot - 51, window.slot + 1) do
    local i = leaving % RING + 1
    window.total = window.total - counters[i]
    counters[i] = 0
  end
  if window.total > 0 then
    window.oldest = oldest_from(window, math.max(window.oldest, slot - 50))
  end
  window.slot = slot
end

local function read(key, time, sub_window, width)
  local window = { slot = math.floor(time / sub_window), total = 0, width = width }
  local state = redis.call('GET', key)
  if state then
    local stored_width, stored_sub_window, newest, total, age = struct.unpack(HEADER, state)
    if stored_sub_window == sub_window then -- else `per` was changed: it starts afresh
      local slot = math.max(window.slot, newest) -- a clock that steps back does not bring slots back
      window.state, window.stored_width, window.slot, window.total = state, stored_width, newest, total
      window.oldest = newest - age
      if slot ~= newest then
        advance(window, slot)
      end
    end
  end
  return window
end

-- When enough old slots will have left that `needed` more requests fit.
local function fits_at(window, needed, sub_window)
  local counters = counters_of(window)
  local slot = window.oldest
  local freed = counters[slot % RING + 1]
  while freed < needed do
    slot = slot + 1
    freed = freed + counters[slot % RING + 1]
  end
  return (slot + 51) * sub_window
end

local function write(key, window, time, sub_window, cost)
  local at = window.slot % RING
  window.oldest = window.total > 0 and window.oldest or window.slot
  window.total = window.total + cost
  local header = struct.pack(HEADER, window.width, sub_window, window.slot, window.total, window.slot - window.oldest)
  local ring
  if window.counters or window.width ~= window.stored_width then
    local counters = counters_of(window)
    counters[at + 1] = counters[at + 1] + cost
    ring = struct.pack(layout(window.width), unpack(counters, 1, RING))
  else -- the same slot as last time: one counter changes, the rest is copied as it is
    local state, width = window.state, window.width
    local first = HEADER_BYTES + at * width + 1
    local count = struct.unpack('<I' .. width, state, first) + cost
    ring = string.sub(state, HEADER_BYTES + 1, first - 1)
      .. struct.pack('<I' .. width, count)
      .. string.sub(state, first + width)
  end
  -- At least 52 sub-windows, and longer while the clock is behind the newest slot.
  local ttl = math.ceil(((window.slot + 53) * sub_window - time) / 1000)
  redis.call('SET', key, header .. ring, 'PX', ttl)
end

local time = now()
local windows = {}
local admitted = true
for i, key in ipairs(KEYS) do
  local window = read(key, time, tonumber(ARGV[4 * i - 3]), tonumber(ARGV[4 * i]))
  windows[i] = window
  if window.total + tonumber(ARGV[4 * i - 1]) > tonumber(ARGV[4 * i - 2]) then
    admitted = false
  end
end

local answer = { admitted and 1 or 0 }
for i, key in ipairs(KEYS) do
  local window = windows[i]
  local sub_window, limit, cost = tonumber(ARGV[4 * i - 3]), tonumber(ARGV[4 * i - 2]), tonumber(ARGV[4 * i - 1])
  local excess = window.total + cost - limit
  local free_at = time
  if excess > 0 then
    free_at = fits_at(window, excess, sub_window)
  else
    if admitted then
      write(key, window, time, sub_window, cost)
    end
    if window.total > 0 then
      free_at = (window.oldest + 51) * sub_window
    end
  end
  answer[2 * i] = math.max(limit - window.total, 0)
  answer[2 * i + 1] = free_at - time
end
return answer
