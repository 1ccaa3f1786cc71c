-- What wrk sends: one kind of work, a fixed number of times, over all of its connections, each answer checked.
--
-- wrk -t1 -s load.lua URL -- JOB: a file with a Lua table that server/Wrk.ts writes. It prints "done TIMES MICROSECONDS"
-- after the last answer and ends there; a wrong answer ends it with "wrong".
local ffi = require("ffi")
ffi.cdef([[
typedef struct { long sec; long nsec; } bench_time;
int clock_gettime(int clock, bench_time *time);
]])
local time = ffi.new("bench_time")
local function now()
  ffi.C.clock_gettime(1, time)
  return tonumber(time.sec) * 1e6 + tonumber(time.nsec) / 1e3
end

local job, kind, times
local sent, answered = 0, 0
local began
local asked = false
local states = 0

function init(args)
  job = dofile(args[1])
  kind, times = job.kind, job.times
end

local function get(path, cookie)
  local cookies = cookie and ("Cookie: " .. cookie .. "\r\n") or ""
  return "GET " .. path .. " HTTP/1.1\r\nHost: " .. job.host .. "\r\n" .. cookies .. "\r\n"
end

local function post(path, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: " .. job.host ..
    "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

local function authorize()
  states = states + 1
  return get(job.authorize .. job.state .. states .. job.rest, job.cookies[states % #job.cookies + 1])
end

local function exchange(code)
  return post(job.token, job.exchangeBefore .. code .. job.exchangeAfter)
end

-- The newest is taken first, so that none becomes old.
local function pop(list)
  local last = list[#list]
  list[#list] = nil
  return last
end

local make = {
  authorize = authorize,
  keys = function() return get(job.keys) end,
  exchange = function() return exchange(pop(job.codes)) end,
  refresh = function() return post(job.token, job.refreshBefore .. pop(job.tokens) .. job.refreshAfter) end
}

local codes = {}

function request()
  -- wrk asks once for a request to look at, which it does not send.
  if not asked then
    asked = true
    return get("/")
  end
  began = began or now()
  if kind == "flow" and #codes > 0 then return exchange(pop(codes)) end
  -- With nothing to send the connection is left alone.
  if sent == times then return "" end
  sent = sent + 1
  if kind == "flow" then return authorize() end
  return make[kind]()
end

local function wrong(status, headers, body)
  print("wrong " .. status .. " " .. (headers["Location"] or headers["location"] or "") .. " " .. body)
  io.stdout:flush()
  os.exit(1)
end

local function count()
  answered = answered + 1
  if answered < times then return end
  print(string.format("done %d %.0f", times, now() - began))
  io.stdout:flush()
  os.exit(0)
end

function response(status, headers, body)
  if status == 302 or status == 303 then
    local location = headers["Location"] or headers["location"] or ""
    local code = location:match("[?&]code=([^&]+)")
    if not code or not location:find(job.state, 1, true) then return wrong(status, headers, body) end
    if kind == "authorize" then return count() end
    if kind ~= "flow" then return wrong(status, headers, body) end
    codes[#codes + 1] = code
    return
  end
  if status ~= 200 or kind == "authorize" then return wrong(status, headers, body) end
  if kind == "keys" then
    if not body:find('"keys"', 1, true) then return wrong(status, headers, body) end
  else
    local token = body:match('"refresh_token":"([^"]+)"')
    if not token or not body:find('"access_token"', 1, true) then return wrong(status, headers, body) end
    if job.idToken and not body:find('"id_token"', 1, true) then return wrong(status, headers, body) end
    if kind == "refresh" then job.tokens[#job.tokens + 1] = token end
  end
  count()
end
