/** Information lines of the usual phone for each command that identifies it, in the order in which they are asked. */
export const usualAnswers = {
  AT: [],
  ATE0: [],
  ATV1: [],
  'AT+CMEE=1': [],
  'AT+CGMI': ['ACME'],
  'AT+CGMM': ['+CGMM: "Phone X"'],
  'AT+CGMR': ['Revision:1.2.3'],
  'AT+CGSN': [String(490_154_203_237_518)],
  'AT+CBC': ['+CBC: 0,87'],
} as const satisfies Record<string, readonly string[]>;
