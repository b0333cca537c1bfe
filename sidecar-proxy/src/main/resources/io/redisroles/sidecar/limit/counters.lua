#!lua
-- Decides asks about counters, one after the other. SlidingWindow.java, PacedBucket.java and Slots.java are the same
-- algorithms; a test compares them decision by decision. All numbers are integers below 2^53, which Lua's are exact to.
--
-- KEYS[i]  one counter per charge, in order
-- ARGV[1]  the asks, big-endian: kind, number of charges, the charges, and what the kind adds (see `asks` below). A charge
--          is its type, plus 16 if it only watches, and
--            1 SlidingWindow              bytes per counter, lag, sub-window in us, limit, cost; the key's sub-windows begin
--                                         lag 256ths of one later
--            2 TokenBucket, 3 LeakyBucket period in us, cost and capacity as times (us, fs)
--            4 Concurrency                limit, cost, lease in us, holder, epoch
-- returns  the answers, packed. Of a charge: whether the cost fits, then two numbers:
--            1     us until the cost fits or, where it fits, until more is left (0: nothing is counted); what is left
--            2, 3  what is left, as a time (us, fs)
--            4     0; what is left
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local request = ARGV[1]

-- State of a window: bytes per counter (1, 2, 4), sub-window, newest slot, total, count of the newest slot, 1 + age of the
-- oldest counted slot (0: only the slot ahead is counted, or none), then a ring of 52 counters. Slot n, the n-th sub-window
-- since 1970 (and the key's lag), has the counter n mod 52, but the newest slot's stands in the header: most debits change eight bytes.
local WINDOW = '>BI5I5I4I4B'

-- One request, one window, the same slot as last time, room for one more after it: nearly all of what is asked.
local function debit_same_slot(key, at)
  local kind, charges, type, width, lag, sub_window, limit, cost = struct.unpack('>BBBBBI5I4I4', request, at)
  if kind ~= 1 or charges ~= 1 or type ~= 1 then
    return
  end
  local state = redis.call('GET', key)
  if not state or #state < 72 then
    return
  end
  local at_key = now - math.floor(lag * sub_window / 256)
  local stored_width, stored_sub_window, newest, total, count, age = struct.unpack(WINDOW, state)
  if
    stored_width < width
    or stored_width > 4
    or stored_sub_window ~= sub_window
    or newest ~= math.floor(at_key / sub_window)
    or age == 0
    or total + 2 * cost > limit
  then
    return
  end
  redis.call('SETRANGE', key, 11, struct.pack('>I4I4', total + cost, count + cost))
  return struct.pack('>BBi8I4', 1, 1, (newest - age + 52) * sub_window - at_key, limit - total - cost)
end

-- Everything else; a function of its own so that the path above does not pay for its parts.
local function general()
  local RING = 52
  local FS = 1000000000 -- fs of a us
  local LONGEST_LEASE = 600000000 -- of slots under Concurrency, us
  local LONGEST_TOKENS = 2400000 -- of tokens debited ahead, us
  local SLOTS = '>c8I4I4I7' -- holder, slots, epoch, end of the lease
  local spread = table.unpack or unpack

  ---- SlidingWindow. The ring stays packed, as it is stored: only the counters that change are touched.

  local COUNTER = { '>I1', '>I2', [4] = '>I4' }

  local function layout(width)
    return '>' .. string.rep('I' .. width, RING)
  end

  local function counter(window, slot)
    return (struct.unpack(COUNTER[window.width], window.ring, slot % RING * window.width + 1))
  end

  local function set_counter(window, slot, count)
    local width, ring = window.width, window.ring
    local at = slot % RING * width
    window.ring = string.sub(ring, 1, at) .. struct.pack(COUNTER[width], count) .. string.sub(ring, at + width + 1)
  end

  local function empty(window)
    window.ring = string.rep('\0', RING * window.width)
  end

  -- The first slot from `slot` on with something counted; past the slot ahead where there is none.
  local function counted_from(window, slot)
    local place = slot % RING
    local at = string.find(window.ring, '[^%z]', place * window.width + 1) or string.find(window.ring, '[^%z]')
    if not at then
      return window.slot + 2
    end
    return slot + (math.floor((at - 1) / window.width) - place) % RING
  end

  -- Lets the slots leave that are too old for `slot`.
  local function advance(window, slot)
    if slot > window.slot + 51 then
      empty(window)
      window.total = 0
    else
      for leaving = window.slot - 50, slot - 51 do
        local count = counter(window, leaving)
        if count > 0 then
          window.total = window.total - count
          set_counter(window, leaving, 0)
        end
      end
    end
    window.slot = slot
    if window.total > 0 then
      window.oldest = counted_from(window, math.max(window.oldest, slot - 50))
    end
  end

  local function read_window(charge)
    charge.slot, charge.total = math.floor(charge.now / charge.sub_window), 0
    local state = redis.call('GET', charge.key)
    if state and #state >= 72 then
      local width, sub_window, newest, total, count, age = struct.unpack(WINDOW, state)
      if width <= 4 and sub_window == charge.sub_window then -- else the algorithm or `per` was changed: it starts afresh
        local slot = math.max(charge.slot, newest) -- a clock that steps back does not bring slots back
        charge.slot, charge.total, charge.oldest = newest, total, newest - age + 1
        if charge.width > width then -- a tier has become larger
          local counts = { struct.unpack(layout(width), state, 21) }
          charge.ring = struct.pack(layout(charge.width), spread(counts, 1, RING))
        else
          charge.ring, charge.width = string.sub(state, 21, 20 + RING * width), width
        end
        set_counter(charge, newest, count)
        if slot ~= newest then
          advance(charge, slot)
        end
      end
    end
    charge.fits = charge.total + charge.cost <= charge.limit
  end

  -- When enough old slots will have left that `needed` more fit.
  local function free_at(window, needed)
    local ring = { struct.unpack(layout(window.width), window.ring) }
    local slot = window.oldest
    local freed = ring[slot % RING + 1]
    while freed < needed do
      slot = slot + 1
      freed = freed + ring[slot % RING + 1]
    end
    return (slot + 51) * window.sub_window
  end

  local function add(window, slot, tokens)
    if not window.ring then
      empty(window)
    end
    set_counter(window, slot, counter(window, slot) + tokens)
    window.total = window.total + tokens
    if tokens > 0 and (window.total == tokens or slot < window.oldest) then
      window.oldest = slot
    end
  end

  local function write_window(window)
    local age = window.total > 0 and window.slot - window.oldest + 1 or 0
    local count = counter(window, window.slot)
    local header = struct.pack(WINDOW, window.width, window.sub_window, window.slot, window.total, count, age)
    -- At least 52 sub-windows, and longer while the clock is behind the newest slot.
    local ttl = math.ceil(((window.slot + 53) * window.sub_window - window.now) / 1000)
    redis.call('SET', window.key, header .. window.ring, 'PX', ttl)
  end

  local function debit_window(window)
    add(window, window.slot, window.cost)
    write_window(window)
  end

  local function answer_window(window)
    local excess = window.total + window.cost - window.limit
    local wait = 0
    if excess > 0 then
      wait = free_at(window, math.min(excess, window.total)) - window.now
    elseif window.total > 0 then
      wait = (window.oldest + 51) * window.sub_window - window.now
    end
    return wait, math.max(window.limit - window.total, 0)
  end

  -- At most `most` tokens, counted in the last slot in which they may be spent.
  local function lease_window(window, most, share, ahead)
    local tokens = math.min(most, math.floor((window.limit - window.total) / share))
    if tokens < 1 then
      return 0, 0, 0
    end
    local slot = math.max(math.floor((window.now + ahead) / window.sub_window), window.slot)
    add(window, slot, tokens)
    write_window(window)
    return tokens, slot, math.min((slot + 1) * window.sub_window - window.now, LONGEST_TOKENS)
  end

  local function refund_window(window, slot, tokens)
    if window.ring and slot >= window.slot - 50 and slot <= window.slot + 1 then
      add(window, slot, -math.min(tokens, counter(window, slot)))
      if window.total > 0 then
        window.oldest = counted_from(window, window.oldest)
      end
      write_window(window)
    end
  end

  ---- TokenBucket and LeakyBucket (GCRA). State: type, period, then when the bucket is empty of all that was asked (us, fs).

  local BUCKET = '>BI6I7I4'

  local function read_bucket(charge)
    local at, at_fs = now, 0
    local state = redis.call('GET', charge.key)
    if state and #state == 18 then
      local type, period, stored, stored_fs = struct.unpack(BUCKET, state)
      if type == charge.type and period == charge.period and stored >= now then
        at, at_fs = stored, stored_fs
      end
    end
    charge.at, charge.at_fs = at, at_fs
    charge.room, charge.room_fs = charge.capacity - (at - now), charge.capacity_fs - at_fs
    if charge.room_fs < 0 then
      charge.room, charge.room_fs = charge.room - 1, charge.room_fs + FS
    end
    charge.fits = charge.room > charge.cost or (charge.room == charge.cost and charge.room_fs >= charge.cost_fs)
  end

  local function debit_bucket(bucket)
    bucket.at, bucket.at_fs = bucket.at + bucket.cost, bucket.at_fs + bucket.cost_fs
    if bucket.at_fs >= FS then
      bucket.at, bucket.at_fs = bucket.at + 1, bucket.at_fs - FS
    end
    bucket.room, bucket.room_fs = bucket.room - bucket.cost, bucket.room_fs - bucket.cost_fs
    if bucket.room_fs < 0 then
      bucket.room, bucket.room_fs = bucket.room - 1, bucket.room_fs + FS
    end
    local state = struct.pack(BUCKET, bucket.type, bucket.period, bucket.at, bucket.at_fs)
    redis.call('SET', bucket.key, state, 'PX', math.ceil((bucket.at - now) / 1000) + 1)
  end

  local function answer_bucket(bucket)
    return bucket.room, bucket.room_fs
  end

  -- `tokens` times the time of one; exact as long as the result is below 2^53 us, for fewer than 2^30 tokens.
  local function times(tokens, us, fs)
    local high, low = math.floor(fs / 32768), fs % 32768
    local product = tokens * high
    local rest = product % FS * 32768 + tokens * low
    local carry = (product - product % FS) / FS * 32768 + math.floor(rest / FS)
    return tokens * us + carry, rest % FS
  end

  -- At most `most` tokens, as if all were spent at the last moment at which they may be; the charge's cost is one token.
  local function lease_bucket(bucket, most, share, ahead)
    local late = bucket.at >= now + ahead
    local room = late and bucket.room or bucket.capacity - ahead
    -- By whole microseconds: a little less than a share at times, and exact.
    local whole = bucket.cost + (bucket.cost_fs > 0 and 1 or 0)
    local tokens = math.min(most, math.floor(room / (whole * share)))
    if tokens < 1 then
      return 0, 0, 0
    end
    if not late then
      bucket.at, bucket.at_fs = now + ahead, 0
      bucket.room, bucket.room_fs = room, bucket.capacity_fs
    end
    bucket.cost, bucket.cost_fs = times(tokens, bucket.cost, bucket.cost_fs)
    debit_bucket(bucket)
    return tokens, 0, ahead
  end

  ---- Concurrency. State: type, then the holders that have slots.

  local function read_slots(charge)
    charge.others, charge.taken, charge.mine, charge.last = {}, 0, 0, 0
    charge.stored_epoch = 0
    local state = redis.call('GET', charge.key)
    if state and string.byte(state) == 4 and #state % 23 == 1 then
      charge.state = state
      for at = 2, #state, 23 do
        local holder, slots, epoch, lease_end = struct.unpack(SLOTS, state, at)
        if lease_end > now then
          charge.taken = charge.taken + slots
          if holder == charge.holder then
            charge.mine, charge.stored_epoch, charge.lease_end = slots, epoch, lease_end
          else
            -- After the clock stepped back a lease ends no later than the longest one would.
            lease_end = math.min(lease_end, now + LONGEST_LEASE)
            charge.others[#charge.others + 1] = struct.pack(SLOTS, holder, slots, epoch, lease_end)
            charge.last = math.max(charge.last, lease_end)
          end
        end
      end
    end
    charge.fits = charge.taken + charge.cost <= charge.limit
  end

  local function write_slots(slots)
    local state, last = table.concat(slots.others), slots.last
    if slots.mine > 0 then
      state = state .. struct.pack(SLOTS, slots.holder, slots.mine, slots.stored_epoch, slots.lease_end)
      last = math.max(last, slots.lease_end)
    end
    if state ~= '' then
      redis.call('SET', slots.key, '\4' .. state, 'PX', math.ceil((last - now) / 1000) + 1)
    elseif slots.state then
      redis.call('PEXPIRE', slots.key, 0) -- gone at once
    end
  end

  local function hold(slots, mine)
    slots.taken = slots.taken + mine - slots.mine
    slots.mine = mine
    slots.stored_epoch = math.max(slots.stored_epoch, slots.epoch)
    slots.lease_end = now + slots.lease
    write_slots(slots)
  end

  local function debit_slots(slots)
    hold(slots, slots.mine + slots.cost)
  end

  local function answer_slots(slots)
    return 0, math.max(slots.limit - slots.taken, 0)
  end

  local function release_slots(slots, count)
    if slots.epoch >= slots.stored_epoch then -- else it was sent before a connection broke, and counts as never sent
      slots.mine = slots.mine - math.min(count, slots.mine)
      write_slots(slots)
    end
  end

  ---- Charges and asks

  local window = { read = read_window, debit = debit_window, answer = answer_window, lease = lease_window }
  local bucket = { read = read_bucket, debit = debit_bucket, answer = answer_bucket, lease = lease_bucket }
  local slots = { read = read_slots, debit = debit_slots, answer = answer_slots }

  local function charge_at(key, at)
    local type = string.byte(request, at)
    local charge = { key = key, type = type % 16, enforced = type < 16 }
    local following
    if charge.type == 1 then
      charge.algorithm = window
      local lag
      charge.width, lag, charge.sub_window, charge.limit, charge.cost, following =
        struct.unpack('>BBI5I4I4', request, at + 1)
      charge.now = now - math.floor(lag * charge.sub_window / 256)
    elseif charge.type == 4 then
      charge.algorithm = slots
      charge.limit, charge.cost, charge.lease, charge.holder, charge.epoch, following =
        struct.unpack('>I4I4I4c8I4', request, at + 1)
    else
      charge.algorithm = bucket
      charge.period, charge.cost, charge.cost_fs, charge.capacity, charge.capacity_fs, following =
        struct.unpack('>I6I6I4I7I4', request, at + 1)
    end
    charge.algorithm.read(charge)
    return charge, following
  end

  local function answer(charge)
    return struct.pack('>Bi8I4', charge.fits and 1 or 0, charge.algorithm.answer(charge))
  end

  local function debit(charges)
    local admitted = true
    for _, charge in ipairs(charges) do
      admitted = admitted and (charge.fits or not charge.enforced)
    end
    local answers = { struct.pack('>B', admitted and 1 or 0) }
    for i, charge in ipairs(charges) do
      if admitted and charge.fits then
        charge.algorithm.debit(charge)
      end
      answers[i + 1] = answer(charge)
    end
    return table.concat(answers)
  end

  local function lease(charge, at)
    local most, share, ahead, following = struct.unpack('>I4I4I4', request, at)
    local tokens, slot, micros = charge.algorithm.lease(charge, most, share, ahead)
    return struct.pack('>I4I5I4', tokens, slot, tokens > 0 and micros or 0) .. answer(charge), following
  end

  local function refund(charge, at)
    local slot, tokens, following = struct.unpack('>I5I4', request, at)
    refund_window(charge, slot, tokens)
    return '', following
  end

  local function renew(charge, at)
    local least, following = struct.unpack('>I4', request, at)
    hold(charge, math.max(charge.mine, least))
    return struct.pack('>I4', charge.mine), following
  end

  local function release(charge, at)
    local count, following = struct.unpack('>I4', request, at)
    release_slots(charge, count)
    return '', following
  end

  local asks = { [2] = lease, [3] = refund, [4] = renew, [5] = release }

  return function(first_key, at)
    local kind, count, following = struct.unpack('>BB', request, at)
    local charges = {}
    for i = 1, count do
      charges[i], following = charge_at(KEYS[first_key + i - 1], following)
    end
    if kind == 1 then
      return debit(charges), count, following
    end
    local text
    text, following = asks[kind](charges[1], following)
    return text, count, following
  end
end

local decide
local answers = {}
local key, at = 1, 1
while at <= #request do
  local text = debit_same_slot(KEYS[key], at)
  if text then
    key, at = key + 1, at + 18
  else
    local count
    decide = decide or general()
    text, count, at = decide(key, at)
    key = key + count
  end
  answers[#answers + 1] = text
end
return table.concat(answers)
