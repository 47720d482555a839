LSM_PROBE(bpf, int cmd, union bpf_attr *attr, unsigned int size) {
  if (cmd == 12345) return -EPERM;
  return 0;
}
LSM_PROBE(file_open, struct file *file) {
  return file->f_inode->i_ino == 0xffffffffffff ? -1 : 0;
}
KMOD_RET(security_file_open, struct file *file, int ret) {
  return ret;
}
