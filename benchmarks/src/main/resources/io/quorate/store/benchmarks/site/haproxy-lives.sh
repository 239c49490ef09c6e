# Whether this host's load balancer takes connections.
exec 3<>/dev/tcp/${loopback}/80
