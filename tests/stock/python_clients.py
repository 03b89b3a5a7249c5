"""python-socketio, blocking and asyncio, unchanged, over every transport."""

import asyncio
import os
import queue
import subprocess
import unittest

import socketio

TRANSPORTS = [["websocket"], ["polling"], ["polling", "websocket"]]
# python-engineio answers pings from its read loop, so the intervals are those of a real server.
SETTINGS = {"PORT": "0", "PING_INTERVAL": "2000", "PING_TIMEOUT": "2000"}


class StockClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.process = subprocess.Popen(
            [os.environ["CONFORMANCE"]], env={**os.environ, **SETTINGS}, stdout=subprocess.PIPE, text=True
        )
        cls.url = "http://127.0.0.1:" + cls.process.stdout.readline().rsplit(":", 1)[1].strip()

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait()
        cls.process.stdout.close()

    def test_the_blocking_client_exchanges_events_acks_and_binary(self):
        for transports in TRANSPORTS:
            with self.subTest(transports=transports):
                client, received = socketio.Client(), queue.Queue()
                client.on("auth", lambda auth: received.put(auth))
                client.on("message-back", lambda *args: received.put(args))
                client.connect(self.url, transports=transports, auth={"token": "123"})
                self.assertEqual(received.get(timeout=5), {"token": "123"})
                self.assertEqual(client.call("message-with-ack", {"file": b"\x01\x02"}, timeout=5), {"file": b"\x01\x02"})
                client.emit("message", ("a", b"\x03", 1))
                self.assertEqual(received.get(timeout=5), ("a", b"\x03", 1))
                client.disconnect()

    def test_a_burst_of_answers_is_never_too_many_packets_for_a_poll(self):
        client, received = socketio.Client(), queue.Queue()
        client.on("message-back", received.put)
        client.connect(self.url, transports=["polling"])
        for number in range(100):
            client.emit("message", number)
        self.assertEqual([received.get(timeout=5) for _ in range(100)], list(range(100)))
        self.assertTrue(client.connected)
        client.disconnect()

    def test_an_unknown_namespace_is_refused(self):
        client = socketio.Client()
        with self.assertRaises(socketio.exceptions.ConnectionError):
            client.connect(self.url, namespaces=["/random"], transports=["websocket"])
        client.disconnect()

    def test_the_asyncio_client_exchanges_events_acks_and_binary(self):
        for transports in TRANSPORTS:
            with self.subTest(transports=transports):
                asyncio.run(self.exchange(transports))

    async def exchange(self, transports):
        client, received = socketio.AsyncClient(), asyncio.Queue()
        client.on("auth", received.put)
        await client.connect(self.url, transports=transports, auth={"token": "456"})
        self.assertEqual(await asyncio.wait_for(received.get(), 5), {"token": "456"})
        self.assertEqual(await client.call("message-with-ack", [1, b"\x01"], timeout=5), [1, b"\x01"])
        await client.disconnect()


if __name__ == "__main__":
    unittest.main(verbosity=2)
