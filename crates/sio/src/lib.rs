//! Engine.IO v4, Socket.IO v5 and WebSocket as sans-IO state machines.
