#!/bin/sh
ip addr add ${virtual} dev eth0
arping -q -c 2 -U -I eth0 ${virtualAddress}
