// node heads.mjs http1|http2 HOST PORT PATH…: asks HEAD and then GET of each path, all on one connection. Prints a line of
// JSON for each answer: method, path, status, headers, bytes of its body.
import http from 'node:http';
import http2 from 'node:http2';

const [protocol, host, port, ...paths] = process.argv.slice(2);

function overHttp1() {
  const agent = new http.Agent({keepAlive: true, maxSockets: 1});
  const ask = (method, path) => new Promise((resolve, reject) => {
    http.request({host, port, path, method, agent}, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk) => { bytes += chunk.length; });
      answer.on('end', () => resolve({status: answer.statusCode, headers: answer.headers, bytes}));
    }).on('error', reject).end();
  });
  return {ask, close: () => agent.destroy()};
}

function overHttp2() {
  const session = http2.connect(`http://${host}:${port}`);
  const ask = (method, path) => new Promise((resolve, reject) => {
    const stream = session.request({':method': method, ':path': path});
    let bytes = 0;
    let answer;
    stream.on('response', ({':status': status, ...headers}) => { answer = {status, headers}; });
    stream.on('data', (chunk) => { bytes += chunk.length; });
    stream.on('end', () => resolve({...answer, bytes}));
    stream.on('error', reject);
    stream.end();
  });
  return {ask, close: () => session.close()};
}

const client = protocol === 'http1' ? overHttp1() : overHttp2();
for (const path of paths) {
  for (const method of ['HEAD', 'GET']) {
    console.log(JSON.stringify({method, path, ...await client.ask(method, path)}));
  }
}
client.close();
