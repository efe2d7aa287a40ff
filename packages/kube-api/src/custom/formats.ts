import { tryParseCidr, tryParseIp, tryParseMac } from '@antrea-ts/net-types';

const whole = (pattern: RegExp) => (text: string) => pattern.test(text);

/** Formats that a custom resource's schema may name, as a real server checks them. Others are not checked. */
export const formats: Readonly<Record<string, true | ((text: string) => boolean)>> = {
  ipv4: whole(/^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/),
  ipv6: (text) => text.includes(':') && tryParseIp(text) !== undefined,
  ip: (text) => tryParseIp(text) !== undefined,
  cidr: (text) => tryParseCidr(text) !== undefined,
  mac: (text) => tryParseMac(text) !== undefined,
  'date-time': (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text),
  datetime: (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text),
  date: whole(/^\d{4}-\d\d-\d\d$/),
  duration: whole(/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w))+$/),
  uuid: whole(/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i),
  byte: whole(/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
  email: whole(/^[^@\s]+@[^@\s]+$/),
  hostname: whole(/^[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*$/),
  uri: (text) => URL.canParse(text),
  int32: true,
  int64: true,
  float: true,
  double: true,
  password: true,
};
