// Loaded before the gateway, which listens on every address and on a port named beforehand:
// it listens on this machine only, and with --port=0 it says which free port it was given.
const { Server } = require('node:net');

const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  const done = rest.find((each) => typeof each === 'function');
  return listen.call(this, { port, host: '127.0.0.1' }, () => {
    process.stdout.write(`\nlistening on http://127.0.0.1:${this.address().port}\n`);
    if (done) done();
  });
};
