#!/bin/sh
ip addr del ${virtual} dev eth0
