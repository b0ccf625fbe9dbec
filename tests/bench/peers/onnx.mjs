// Writes ONNX models, only as much of the format as the works need: a graph of nodes with float tensors.
//
// ONNX is protobuf: a message is a list of fields, each a key (number << 3 | type) and a value, either a varint
// (type 0) or length-prefixed bytes (type 2). The field numbers are those of onnx.proto.

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

const number = (field, value) => Uint8Array.from([...varint(field << 3), ...varint(value)]);

function bytes(field, value) {
  const payload = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return join([Uint8Array.from([...varint((field << 3) | 2), ...varint(payload.length)]), payload]);
}

function join(parts) {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const message = (field, parts) => bytes(field, join(parts));
const FLOAT = 1;

/** ValueInfoProto: a name and, as its type, a float tensor of these dims. */
function valueInfo(field, name, dims) {
  const shape = message(2, dims.map((dim) => message(1, [number(1, dim)])));
  return message(field, [bytes(1, name), message(2, [message(1, [number(1, FLOAT), shape])])]);
}

/** AttributeProto of type INTS (7). */
const ints = (name, values) => [bytes(1, name), ...values.map((value) => number(8, value)), number(20, 7)];

/** AttributeProto of type INT (2). */
const int = (name, value) => [bytes(1, name), number(3, value), number(20, 2)];

/** TensorProto with raw little-endian floats, as an initializer: a constant that the runtime may rearrange. */
function initializer(field, name, dims, values) {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(field, [...dims.map((dim) => number(1, dim)), number(2, FLOAT), bytes(8, name), bytes(9, raw)]);
}

/**
 * A model with opset 17. `nodes` are `[op, inputs, output, {attribute: number or list}]`, `inputs` and `outputs` maps
 * from name to dims, `constants` a map from name to `[dims, Float32Array]`.
 */
export function model({ nodes, inputs, outputs, constants = {} }) {
  const attribute = ([name, value]) => message(5, Array.isArray(value) ? ints(name, value) : int(name, value));
  const graph = [
    ...nodes.map(([op, from, to, attributes = {}]) =>
      message(1, [...from.map((name) => bytes(1, name)), bytes(2, to), bytes(4, op), ...Object.entries(attributes).map(attribute)])),
    bytes(2, 'work'),
    ...Object.entries(constants).map(([name, [dims, values]]) => initializer(5, name, dims, values)),
    ...Object.entries(inputs).map(([name, dims]) => valueInfo(11, name, dims)),
    ...Object.entries(outputs).map(([name, dims]) => valueInfo(12, name, dims)),
  ];
  return join([number(1, 8), message(7, graph), message(8, [number(2, 17)])]);
}
