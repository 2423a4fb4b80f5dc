// Reads the metadata entries of an ONNX file: field 14 of the outermost message, pairs of key (1) and value (2).
const metadataField = 14;
const text = new TextDecoder();

/** The metadata of an ONNX file as an object of texts. */
export function metadataOf(file) {
  const entries = fieldsOf(file).filter(({ number }) => number === metadataField);
  return Object.fromEntries(entries.map(({ bytes }) => fieldsOf(bytes).map((field) => text.decode(field.bytes))));
}

/** The length-delimited fields of a protobuf message, in order. */
function fieldsOf(bytes) {
  const fields = [];
  let position = 0;
  while (position < bytes.length) {
    const tag = varint();
    const kind = tag & 7;
    if (kind === 0) varint();
    else if (kind === 1) position += 8;
    else if (kind === 5) position += 4;
    else if (kind === 2) {
      const length = varint();
      fields.push({ number: tag >>> 3, bytes: bytes.subarray(position, position + length) });
      position += length;
    } else throw new Error('The model is no ONNX file.');
  }
  return fields;

  function varint() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[position++];
      if (byte === undefined) throw new Error('The model was cut off.');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
}
