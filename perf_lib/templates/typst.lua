-- Names the parts of a report page for Typst: each class of our HTML becomes a call of a function in report.typ.

local function quoted(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\n", " ") .. '"'
end

local function raw(text)
  return pandoc.RawBlock("typst", text)
end

local function wrapped(call, blocks)
  local out = pandoc.Blocks({ raw(call .. "[") })
  out:extend(blocks)
  out:insert(raw("]"))
  return out
end

local function set(blocks)
  local text = pandoc.write(pandoc.Pandoc(blocks), "typst", { wrap_text = "none" })
  return (text:gsub("%s+$", ""))
end

function Image(image)
  local alt = pandoc.utils.stringify(image.caption)
  local kind = image.classes:includes("symbol") and "symbol" or image.classes:includes("spark") and "spark" or "picture"
  return pandoc.RawInline("typst", "#" .. kind .. "(" .. quoted(image.src) .. ", " .. quoted(alt) .. ")")
end

-- Many pieces set in one go: the writer takes far longer to start than to write a cell.
local border = "@@border@@"

local function set_all(pieces)
  local blocks = pandoc.Blocks({})
  for _, piece in ipairs(pieces) do
    blocks:extend(piece)
    blocks:insert(raw(border))
  end
  local out = {}
  for text in set(blocks):gmatch("(.-)" .. border) do
    table.insert(out, (text:gsub("^%s+", ""):gsub("%s+$", "")))
  end
  return out
end

-- A table is set by report.typ, which knows its kinds: head, rows and caption are handed over as they are.
local function as_table(kind, block, words)
  local pieces, heads, bodies = {}, {}, {}
  local function numbered(row)
    local numbers = {}
    for _, cell in ipairs(row.cells) do
      table.insert(pieces, cell.contents)
      table.insert(numbers, #pieces)
    end
    return numbers
  end
  for _, row in ipairs(block.head.rows) do
    table.insert(heads, numbered(row))
  end
  for _, body in ipairs(block.bodies) do
    for _, row in ipairs(body.body) do
      table.insert(bodies, numbered(row))
    end
  end
  table.insert(pieces, block.caption.long)
  local texts = set_all(pieces)
  local function cells(numbers)
    local out = {}
    for _, number in ipairs(numbers) do
      table.insert(out, "[" .. texts[number] .. "]")
    end
    return table.concat(out, ", ")
  end
  local head, rows = {}, {}
  for _, numbers in ipairs(heads) do
    table.insert(head, cells(numbers))
  end
  for _, numbers in ipairs(bodies) do
    table.insert(rows, "(" .. cells(numbers) .. ",)")
  end
  local columns = words and "words: (" .. words:gsub(" ", ", ") .. ",), " or ""
  return raw("#" .. kind .. "-table(" .. columns .. "caption: [" .. texts[#pieces] .. "], head: ("
    .. table.concat(head, ", ") .. ",), rows: (" .. table.concat(rows, ",\n") .. (#rows > 0 and "," or "") .. "))")
end

local tables = { box = "box", key = "key", dashboard = "dashboard", ["figures-table"] = "figures" }

local function kind_of(div)
  for class, kind in pairs(tables) do
    if div.classes:includes(class) then return kind end
  end
end

local function with_tables(kind, blocks, words)
  return blocks:walk({ Table = function(block) return as_table(kind, block, words) end })
end

-- A link within the report, to a heading that this page may lack: `onward` in report.typ knows.
function Link(link)
  local place = link.target:match("^#(.+)$")
  if not place then return nil end
  local out = pandoc.Inlines({ pandoc.RawInline("typst", "#onward(" .. quoted(place) .. ")[") })
  out:extend(link.content)
  out:insert(pandoc.RawInline("typst", "];"))
  return out
end

function Figure(figure)
  local picture, caption = nil, set(figure.caption.long)
  figure:walk({ RawInline = function(inline) picture = inline.text:gsub("^#", "") end })
  return raw("#chart(" .. picture .. ", [" .. caption .. "])")
end

function Div(div)
  if div.classes:includes("paragraph") then
    local number = div.attributes["number"] or ""
    return wrapped("#numbered(" .. quoted(number) .. ")", div.content)
  elseif div.classes:includes("cell-border") then
    return raw("/*cell border*/")
  elseif div.classes:includes("commentary") then
    return wrapped("#belonging", div.content)
  elseif div.classes:includes("headline") then
    return wrapped("#headline", with_tables("box", div.content))
  elseif div.classes:includes("dashboard") then
    return wrapped("#landscape", with_tables("dashboard", div.content))
  elseif div.classes:includes("summary") then
    local out = wrapped("#summary", with_tables("summary", div.content))
    out:insert(raw("#contents()"))
    return out
  elseif div.classes:includes("part") then
    local out = pandoc.Blocks({ raw("[") })
    out:extend(div.content)
    out:insert(raw("],"))
    return out
  elseif div.classes:includes("abreast") then
    local out = pandoc.Blocks({ raw("#abreast(") })
    out:extend(div.content)
    out:insert(raw(")"))
    return out
  elseif div.classes:includes("title") then
    return wrapped("#cover", div.content)
  elseif kind_of(div) then
    return with_tables(kind_of(div), div.content, div.attributes["words"])
  end
  return div.content
end

-- In the whole report a priority starts on a page of its own, and so does the key, which is looked up more than read.
function Header(header)
  local id = header.identifier
  if header.level == 2 and (id:find("^priority%-") or id == "key-to-symbols") then
    return { raw("#fresh-page()"), header }
  end
end

function Span(span)
  if span.classes:includes("subtitle") then
    local out = pandoc.Inlines({ pandoc.RawInline("typst", "#subtitle[") })
    out:extend(span.content)
    out:insert(pandoc.RawInline("typst", "]"))
    return out
  elseif span.classes:includes("symbol") then
    local out = pandoc.Inlines({ pandoc.RawInline("typst", "#told[") })
    out:extend(span.content)
    out:insert(pandoc.RawInline("typst", "]"))
    return out
  end
  return span.content
end
