/** A greeting for a name; strangers are friends. */
export function greet(name) {
  if (name == undefined) return 'Hello, friend!';
  return `Hello, ${name}!`;
}

/** A greeting for several people at once. */
export function greetAll(names) {
  var last = names.length - 1;
  return `Hello, ${names.slice(0, last).join(', ')} and ${names[last]}!`;
}
