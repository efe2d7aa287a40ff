import type { StatusCause } from '../status.js';

/** What is wrong with fields, in Kubernetes' words. */
export const required = (field: string, message = 'Required value'): StatusCause => ({
  reason: 'FieldValueRequired',
  field,
  message,
});

export const wrong = (field: string, value: unknown, why: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});

export const unsupported = (field: string, value: unknown, known: readonly string[]): StatusCause => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${known.map((text) => `"${text}"`).join(', ')}`,
});

export const duplicate = (field: string, value: unknown): StatusCause => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${JSON.stringify(value)}`,
});

export const forbidden = (field: string, why: string): StatusCause => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${why}`,
});
