// What is sent, written as how it is made: pieces of text that are repeated. It stays readable at any length, and is
// what the search changes: a dear request is nearly always something short, many times.

export interface Recipe {
  /** How often the whole is repeated. */
  readonly times: number
  readonly pieces: ReadonlyArray<readonly [text: string, times: number]>
}

/** Stands for a number that counts up, so that no two names are the same. */
const counted = "№"

/** What parsers, decoders and normal forms are known to be slow at. */
const atoms = [
  counted,
  ";№=%",
  "&№=%ff",
  "№,",
  ..."%&=+;,:/?#@*\\\"'[]{}()<>| \t\n\0aA0-_.~$^",
  ..."%zz %ff %e2%82 %c3%28 %00 %25 %0a %26= %=%& a=b& &&== a= ==".split(" "),
  ..."\u0345 \u0334 \u0301 \u00e4 \ufb01 \ufdfa \u1e9b\u0323 \u{1f511} \ud800 \ufeff \u202e \u0130 \u00df".split(" "),
  ..."client_id= client_secret= redirect_uri= state= code= grant_type= username= password= request= token= v=1.0".split(
    " "
  ),
  ..."http://127.0.0.1:1/ http://localhost https:// code_challenge= nonce= refresh_token= scope=".split(" "),
  ..."sentinel-login= sentinel-session-12345678= sentinel-device-12345678= __Host- ; =;".split(" "),
  ..."Basic Bearer YTpi Og== gzip text/html,".split(" "),
  ...'{"a": [[ ]] "a", 1e9, 123456789 -0. null, "\\u0061" \\ud83d // /**/ "id":"1", {"accounts":[ "users":[ "__proto__":'.split(
    " "
  ),
  ...'{"id":"1","email":"a@b.c","password":"p"}, $argon2id$v=19$m=8,t=1,p=1$ $pbkdf2-sha256$i=1$ "redirect_uris":['.split(
    " "
  ),
  ..."10 minutes, 1h1h P1DT1H 9e99".split(" ")
]

export const textOf = ({ pieces, times }: Recipe, longest: number) => {
  let once = ""
  for (const [text, count] of pieces) {
    if (text === "") continue
    once += text.repeat(Math.min(count, Math.ceil(Math.max(0, longest - once.length) / text.length)))
    if (once.length >= longest) break
  }
  const whole = once === "" ? "" : once.repeat(Math.min(times, Math.ceil(longest / once.length)))
  let count = 0
  return whole
    .slice(0, longest)
    .replaceAll(counted, () => (count++).toString(36))
    .slice(0, longest)
}

export const of = (...texts: string[]): Recipe => ({ times: 1, pieces: texts.map((text) => [text, 1] as const) })

/** A generator of numbers from 0 to 1, from a seed: what was found can be found again (mulberry32). */
export const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

/** Another recipe, out of one or two. */
export const mutate = (random: () => number, recipe: Recipe, other: Recipe): Recipe => {
  const pick = <A>(all: ReadonlyArray<A>): A => all[Math.floor(random() * all.length)] as A
  const count = () => 2 ** Math.floor(random() * 17)
  const pieces = [...recipe.pieces]
  const place = Math.floor(random() * (pieces.length + 1))
  switch (Math.floor(random() * 7)) {
    case 0:
      pieces.splice(place, 0, [pick(atoms), count()])
      break
    case 1:
      pieces.splice(place, 1, [pick(atoms) + pick(atoms), count()])
      break
    case 2:
      pieces.splice(place, 1)
      break
    case 3: {
      const piece = pieces[place]
      if (piece !== undefined) pieces[place] = [piece[0], count()]
      break
    }
    case 4:
      pieces.splice(place, pieces.length, ...other.pieces.slice(Math.floor(random() * other.pieces.length)))
      break
    case 5:
      pieces.push([pick(atoms), count()], [pick(atoms), count()])
      break
    default:
      return { times: random() < 0.3 ? 1 : count(), pieces }
  }
  return { times: recipe.times, pieces: pieces.slice(0, 12) }
}
