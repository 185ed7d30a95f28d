/** A resource in JSON as FHIR XML (https://hl7.org/fhir/R4/xml.html), written by other rules than the product reads it by. */
export function toXml(resource: object): string {
  const { resourceType, ...fields } = resource as { resourceType: string };
  return `<${resourceType} xmlns="http://hl7.org/fhir">${inner(fields)}</${resourceType}>`;
}

const escaped = (text: string): string => text.replace(/[&<>"\n\r\t]/g, (c) => `&#${c.charCodeAt(0)};`);

type Fields = Record<string, unknown>;

function inner(fields: Fields): string {
  const names = new Set(Object.keys(fields).map((name) => name.replace(/^_/, '')));
  return [...names].map((name) => element(name, fields[name], fields[`_${name}`])).join('');
}

function element(name: string, value: unknown, beside: unknown): string {
  if (Array.isArray(value) || Array.isArray(beside)) {
    const values = (value ?? []) as unknown[];
    const others = (beside ?? []) as unknown[];
    return Array.from({ length: Math.max(values.length, others.length) }, (_, i) =>
      element(name, values[i], others[i]),
    ).join('');
  }
  if (name === 'div') return String(value);
  if (typeof value === 'object' && value !== null) {
    if ('resourceType' in value) return `<${name}>${toXml(value)}</${name}>`;
    return complex(name, value as Fields);
  }
  const given =
    value === undefined || value === null
      ? ''
      : ` value="${escaped(typeof value === 'string' ? value : JSON.stringify(value))}"`;
  const { id, extension } = (beside ?? {}) as { id?: string; extension?: Fields[] };
  const mark = id === undefined ? '' : ` id="${escaped(id)}"`;
  return `<${name}${mark}${given}>${(extension ?? []).map((one) => complex('extension', one)).join('')}</${name}>`;
}

function complex(name: string, value: Fields): string {
  const { id, url, ...rest } = value;
  const isExtension = name === 'extension' || name === 'modifierExtension';
  const attributes = [
    typeof id === 'string' ? ` id="${escaped(id)}"` : '',
    isExtension && typeof url === 'string' ? ` url="${escaped(url)}"` : '',
  ].join('');
  return `<${name}${attributes}>${inner(isExtension || url === undefined ? rest : { url, ...rest })}</${name}>`;
}
