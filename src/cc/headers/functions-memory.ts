// Pages, address spaces and allocation: inline functions of the kernel's headers, in our own words.

import { type FunctionRows, inlineFunctions } from './rows.ts';

export const memoryFunctions: readonly FunctionRows[] = [
  inlineFunctions(
    'include/linux/mm.h, include/linux/mm_types.h, include/linux/page-flags.h, include/linux/page_ref.h, include/linux/pagemap.h',
    `
long get_mm_counter(struct mm_struct *mm, int member) { __s64 count = mm->rss_stat[member].count; return count < 0 ? 0 : count; }
unsigned long get_mm_rss(struct mm_struct *mm) { return get_mm_counter(mm, MM_FILEPAGES) + get_mm_counter(mm, MM_ANONPAGES) + get_mm_counter(mm, MM_SHMEMPAGES); }
unsigned long mm_pgtables_bytes(const struct mm_struct *mm) { return mm->pgtables_bytes.counter; }
unsigned long vma_pages(const struct vm_area_struct *vma) { return (vma->vm_end - vma->vm_start) >> 12; }
_Bool vma_is_anonymous(struct vm_area_struct *vma) { return !vma->vm_ops; }
int page_ref_count(const struct page *page) { return page->_refcount.counter; }
int folio_ref_count(const struct folio *folio) { return folio->_refcount.counter; }
int PageTail(const struct page *page) { return page->compound_head & 1; }
struct page *compound_head(const struct page *page) { unsigned long head = page->compound_head; return (struct page *)(head & 1 ? head - 1 : (unsigned long)page); }
struct folio *page_folio(const struct page *page) { return (struct folio *)compound_head(page); }
int PageAnon(const struct page *page) { return (unsigned long)compound_head(page)->mapping & 1; }
_Bool folio_test_anon(const struct folio *folio) { return (unsigned long)folio->mapping & 1; }
unsigned long page_private(const struct page *page) { return page->private; }
void *folio_get_private(struct folio *folio) { return folio->private; }
loff_t folio_pos(const struct folio *folio) { return (loff_t)folio->index << 12; }
struct inode *folio_inode(struct folio *folio) { return folio->mapping->host; }
int swp_type(swp_entry_t entry) { return entry.val >> 58; }
pgoff_t swp_offset(swp_entry_t entry) { return entry.val & ((1UL << 58) - 1); }
int gfpflags_allow_blocking(gfp_t gfp_flags) { return !!(gfp_flags & ((gfp_t)1 << ___GFP_DIRECT_RECLAIM_BIT)); }
_Bool populated_zone(struct zone *zone) { return zone->present_pages; }
unsigned long zone_managed_pages(struct zone *zone) { return zone->managed_pages.counter; }
unsigned long zone_end_pfn(const struct zone *zone) { return zone->zone_start_pfn + zone->spanned_pages; }
_Bool zone_is_empty(const struct zone *zone) { return zone->spanned_pages == 0; }
int zone_to_nid(struct zone *zone) { return zone->node; }
unsigned int cpumask_first(const struct cpumask *mask) { return mask->bits[0] ? __builtin_ctzl(mask->bits[0]) : 64; }
_Bool cpumask_test_cpu(int cpu, const struct cpumask *mask) { return 1 & (mask->bits[cpu / 64] >> (cpu & 63)); }
`,
  ),
  inlineFunctions(
    'include/linux/kobject.h, include/linux/device.h, include/linux/pci.h, include/linux/tty.h, include/linux/irqdesc.h, include/linux/virtio.h',
    `
const char *kobject_name(const struct kobject *kobj) { return kobj->name; }
const char *dev_name(const struct device *dev) { return dev->init_name ? dev->init_name : dev->kobj.name; }
void *dev_get_drvdata(const struct device *dev) { return dev->driver_data; }
const char *module_name(struct module *mod) { return mod ? mod->name : "kernel"; }
unsigned int irq_desc_get_irq(struct irq_desc *desc) { return desc->irq_data.irq; }
struct irq_data *irq_desc_get_irq_data(struct irq_desc *desc) { return &desc->irq_data; }
_Bool timer_pending(const struct timer_list *timer) { return timer->entry.pprev != (void *)0; }
ktime_t hrtimer_get_expires(const struct hrtimer *timer) { return timer->node.expires; }
ktime_t hrtimer_get_softexpires(const struct hrtimer *timer) { return timer->_softexpires; }
struct delayed_work *to_delayed_work(struct work_struct *work) { return container_of(work, struct delayed_work, work); }
_Bool work_pending(struct work_struct *work) { return work->data.counter & 1; }
_Bool rwsem_is_locked(struct rw_semaphore *sem) { return sem->count.counter != 0; }
struct task_struct *__mutex_owner(struct mutex *lock) { return (struct task_struct *)(lock->owner.counter & ~7UL); }
`,
  ),
];
