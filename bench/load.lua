-- Load for wrk: each argument after "--" is a file that holds one raw HTTP request; they are sent
-- in turn.
-- A first argument "--pause=N" lets each connection rest N ms after an answer: a fixed rate, not the most.
-- "########" in a file becomes a counter of eight digits, so that no two requests are alike.
-- "&&&&&&&&" becomes one that twenty requests share: the key of so many tasks.
-- There is no response() hook on purpose: it would slow the generator down.

local count, pieces = 0, {}

function init(args)
  local pause = args[1] and tonumber(args[1]:match("^%-%-pause=(%d+)$"))
  if pause then
    table.remove(args, 1)
    delay = function() return pause end -- wrk asks for it only if it is there
  end
  for i = 1, #args do
    local file = assert(io.open(args[i], "rb"))
    local text = file:read("*a")
    file:close()
    local shared, last = text:find("&&&&&&&&", 1, true)
    local from, to = text:find("########", 1, true)
    if shared then
      from, to = shared, last
    end
    if from then
      pieces[i] = { text:sub(1, from - 1), text:sub(to + 1), shared and 20 or 1 }
    else
      pieces[i] = { text }
    end
  end
end

function request()
  count = count + 1
  local piece = pieces[(count - 1) % #pieces + 1]
  if not piece[2] then
    return piece[1]
  end
  return piece[1] .. string.format("%08d", math.floor(count / piece[3])) .. piece[2]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"microseconds":%d,"bytes":%d,"refused":%d,"broken":%d,'
      .. '"p50_ms":%.3f,"p99_ms":%.3f}\n',
    summary.requests, summary.duration, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
