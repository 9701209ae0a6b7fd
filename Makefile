# SPDX-License-Identifier: GPL-2.0
#
# "make help" lists the verbs.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
PREFIX ?= /usr
VERSION := $(shell cat VERSION)
DKMS_DIR = $(DESTDIR)/usr/src/maglev-$(VERSION)

# Kernel that the demo runs in; stock-6.1 needs nothing to be compiled.
KERNEL ?= stock-6.1

Q := $(if $(filter 1,$(V)),,@)
KBUILD = $(MAKE) -C $(KDIR) M=$(CURDIR) $(if $(W),W=$(W)) \
	$(if $(filter 1,$(V)),V=1)

all: module tools

help:
	@echo 'Two to start with:'
	@echo '  demo          show the main job on real traffic, in a virtual machine;'
	@echo '                CLUSTER=1: directors that announce themselves by BGP'
	@echo '  test          run every test'
	@echo 'Building and installing:'
	@echo '  all           module and tools'
	@echo '  module        maglev.ko for the kernel in KDIR'
	@echo '  tools         maglevadm'
	@echo '  check-config  is everything in the kernel that the module needs?'
	@echo '  install       module, tool and man page (DESTDIR=, PREFIX=)'
	@echo '  install-ipvsadm  the tool alone, as ipvsadm, too'
	@echo '  dkms-install  hand the module to DKMS'
	@echo '  deb           Debian packages, in build/deb'
	@echo '  clean         remove what was built here'
	@echo 'Parts of test:'
	@echo '  unit          pure files in userspace, with sanitizers'
	@echo '  kunit         KUnit in User-Mode Linux'
	@echo '  e2e           scenarios on network namespaces, in lab kernels'
	@echo '  static        compiler warnings, sparse, checkpatch, shellcheck, man page'
	@echo 'Beside test:'
	@echo '  test-long     more kernels, for a release'
	@echo 'Documentation and measurements:'
	@echo '  figures       run the simulations and draw Documentation/figures again'
	@echo '  bench         measure beside IPVS; QUICK=1: in 3 minutes, printed only'
	@echo 'Variables: KDIR= kernel build directory, KERNEL= lab kernel of the demo,'
	@echo '  V=1 show commands, W=1 more warnings'

check-config:
	$(Q)kmod/check-config $(KDIR)

module: check-config
	$(Q)$(KBUILD) modules

tools:
	$(Q)$(MAKE) --no-print-directory -C userspace V=$(V)

# Kbuild runs depmod only where System.map is, which headers alone do not have.
# The module knows its kernel; "make kernelrelease" does not with Debian's 6.1.
install: module tools
	$(Q)$(KBUILD) $(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
	$(Q)$(if $(DESTDIR),,/sbin/depmod -a \
		"$$(/sbin/modinfo -F vermagic kmod/maglev.ko | cut -d ' ' -f 1)")
	$(Q)$(MAKE) --no-print-directory -C userspace install \
		DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

install-ipvsadm:
	$(Q)$(MAKE) --no-print-directory -C userspace install-ipvsadm \
		DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

# What the module is built from, and nothing else, is handed to DKMS.
dkms-install:
	$(Q)mkdir -p $(DKMS_DIR)
	$(Q)tar -c --exclude='*.o' --exclude='*.ko' --exclude='*.mod*' \
		--exclude='.*.cmd' --exclude='*.order' \
		Kbuild Makefile VERSION COPYING dkms.conf kmod | \
		tar -x --no-same-owner -C $(DKMS_DIR)
	$(Q)$(if $(DESTDIR),,dkms add -m maglev -v $(VERSION) && \
		dkms build -m maglev -v $(VERSION) && \
		dkms install -m maglev -v $(VERSION))

# In a copy: what building packages leaves behind stays out of this tree.
DEB_OUT = build/deb
DEB_DIR = $(DEB_OUT)/maglev-$(VERSION)
deb:
	$(Q)tests/lab/packages deb
	$(Q)rm -rf $(DEB_OUT) && mkdir -p $(DEB_DIR)
	$(Q)tar -c --exclude='*.o' --exclude='*.ko' --exclude='*.mod*' \
		--exclude='.*.cmd' --exclude='*.order' \
		COPYING Documentation Kbuild Makefile VERSION debian dkms.conf kmod \
		userspace | tar -x --no-same-owner -C $(DEB_DIR)
	$(Q)cd $(DEB_DIR) && dpkg-buildpackage -us -uc -b

# Not by kbuild: the kernel's headers may be gone by now.
clean:
	$(Q)rm -rf build
	$(Q)find . kmod kmod/core kmod/nl $(wildcard tests/kunit) -maxdepth 1 -type f \( \
		-name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o \
		-name '.*.cmd' -o -name '.*.d' -o -name '.tmp_*' -o \
		-name modules.order -o -name Module.symvers \) -delete

demo:
	$(Q)tests/demo/run --kernel $(KERNEL) $(if $(CLUSTER),--cluster)

test:
	$(Q)tests/run

unit kunit e2e static:
	$(Q)tests/run $@

test-long:
	$(Q)tests/run long

figures:
	$(Q)tests/lab/packages figures
	+$(Q)$(MAKE) --no-print-directory -C tests/sim \
		$(if $(findstring j,$(MAKEFLAGS)),,-j$(shell nproc)) V=$(V) figures

bench:
	$(Q)QUICK=$(QUICK) tests/bench/run

.PHONY: all help check-config module tools install install-ipvsadm dkms-install deb \
	clean demo test test-long unit kunit e2e static figures bench
