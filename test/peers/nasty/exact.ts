// Results that no JSON library may touch: what stands here is on the wire byte for byte, so it is never parsed.
const long = "9".repeat(400);

/** name -> the exact text of a result. */
export const exact = {
  integers: '{"max":9223372036854775807,"min":-9223372036854775808,"beyond":12345678901234567890123}',
  reals:
    '{"one":1.0,"huge":1e400,"tiny":1E-400,"minus":-0,"minusZero":-0.0,"plus":1e+5,"digits":0.30000000000000004}',
  manyDigits: `{"integer":${long},"real":0.${long}}`,
  duplicates: '{"a":1,"a":2,"b":{"c":true,"c":false},"a":3}',
  proto: '{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":null}',
  surrogates: String.raw`{"lone":"\ud800","reversed":"\udc00\ud800","pair":"\ud83d\ude00","end":"x\udfff"}`,
  escapes: String.raw`{"solidus":"\/","unicode":"\u0041\u00e9","control":"\b\f\n\r\t\u0000","quote":"\"\\"}`,
  separators: '{"line":"a\u2028b\u2029c","emoji":"\u{1F600}\u{1F468}\u200D\u{1F469}","accent":"e\u0301"}',
  order: '{"z":1,"10":2,"9":3,"a":4,"1":5}',
  blanks: '{ "content" : [ ] ,  "deep" :\t[ [ [ ] ] ] }',
  empty: '{"":{"":""},"content":[]}',
  msgInside: String.raw`{"content":[{"type":"text","text":"{\"at\":1,\"msg\":{\"id\":1}}"}],"msg":{"msg":1}}`,
};
